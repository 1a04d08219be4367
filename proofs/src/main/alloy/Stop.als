/*
 * The stop protocol of a tree: who is asked when, and who has stopped before whom.
 *
 * What stands for what:
 *   Asked     Lifecycle.goal == STOP, set by StopProtocol.beginFirst
 *   Going     whose pleaseStop goes in this step: LifeState.pleaseStopGoes
 *   Drained   its queued messages have been handled, or its code is down: LifeState.drained, user == DOWN
 *   rung      Ladder.rung
 *   Abandoned StopProtocol.abandoned
 *   Stopped   ActorState.STOPPED, set by StopProtocol.finish
 *   begin     StopProtocol.begin           stopChild  StopProtocol.stopChildren
 *   climb     StopProtocol.climbed         finish     StopProtocol.advance, finish and endAbandoned
 * One task of a Serial is one step here. The close of the mailbox and onStop are part of finish: see Close.als.
 *
 * Left out: restarts, parallelStop, the budget. Time: the ladder may climb at any moment.
 */
module Stop

open util/ordering[Rung]

enum Rung { ASKED, CANCEL, INTERRUPT, ABANDON }

sig Actor {
  parent: lone Actor,
  older: set Actor
}
one sig Root extends Actor {}
/* Whose code does not come back. */
sig Hung in Actor {}

enum Mistake { CloseFirst, GoesTwice, OldestFirst, LosesAbandoned }
/* Orderly: only the root is stopped from outside, and nobody's patience ends. */
one sig World { mistake: lone Mistake, orderly: lone Root }

fact tree {
  no Root.parent
  all a: Actor - Root | Root in a.^parent
  all a: Actor | a.older in a.parent.~parent - a and a not in a.^older and a.older.older in a.older
  all disj a, b: Actor - Root | a.parent = b.parent implies (a in b.older or b in a.older)
}

var sig Asked in Actor {}
var sig Drained in Asked {}
var sig Abandoned in Asked {}
var sig Stopped in Asked {}
var sig Going in Actor {}
one sig Ladder { var rung: Actor -> one Rung }

fun living[a: Actor]: set Actor { parent.a - Stopped }
fun newest[a: Actor]: lone Actor { living[a] - living[a].older }
fun oldest[a: Actor]: lone Actor { { c: living[a] | no c.older & living[a] } }
fun next1[a: Actor]: lone Actor { World.mistake = OldestFirst => oldest[a] else newest[a] }

fact start {
  no Asked + Drained + Abandoned + Stopped + Going
  all a: Actor | Ladder.rung[a] = ASKED
}

/* Those of `who` that have not stopped are asked. How far the ladder of each has climbed is its own affair: time. */
pred begin[who: set Actor] {
  let now = who - Stopped {
    Asked' = Asked + now
    Going' = (World.mistake = GoesTwice => now else now - Asked)
  }
}

pred sameLadder { Ladder.rung' = Ladder.rung }
pred nobodyAsked { Asked' = Asked and no Going' and sameLadder }

/* ref.stop() or ref.cancel(), by anybody, at any time. */
pred stop[a: Actor] {
  some World.orderly implies a = Root
  begin[a]
  sameLadder and Drained' = Drained and Abandoned' = Abandoned and Stopped' = Stopped
}

pred canDrain[a: Actor] { a in Asked - Drained - Hung - Abandoned }
pred drain[a: Actor] {
  canDrain[a]
  Drained' = Drained + a
  nobodyAsked and Abandoned' = Abandoned and Stopped' = Stopped
}

pred isDown[a: Actor] { a in Drained + Abandoned }

pred canStopChild[a: Actor] { a in Asked - Stopped and isDown[a] and some next1[a] and next1[a] not in Asked }
pred stopChild[a: Actor] {
  canStopChild[a]
  begin[next1[a]]
  sameLadder and Drained' = Drained and Abandoned' = Abandoned and Stopped' = Stopped
}

pred canClimb[a: Actor] { a in Asked - Stopped and Ladder.rung[a] != ABANDON and no World.orderly }
pred climb[a: Actor] {
  canClimb[a]
  let to = next[Ladder.rung[a]] {
    Ladder.rung' = Ladder.rung ++ a -> to
    begin[(to in CANCEL + ABANDON => living[a] else none)]
    Abandoned' = (to = ABANDON and a not in Drained => Abandoned + a else Abandoned)
  }
  Drained' = Drained and Stopped' = Stopped
}

pred canFinish[a: Actor] {
  a in Asked - Stopped
  isDown[a]
  a in Abandoned implies World.mistake != LosesAbandoned
  World.mistake = CloseFirst or no living[a]
}
pred finish[a: Actor] {
  canFinish[a]
  Stopped' = Stopped + a
  nobodyAsked and Drained' = Drained and Abandoned' = Abandoned
}

pred rest { nobodyAsked and Drained' = Drained and Abandoned' = Abandoned and Stopped' = Stopped }

fact transitions {
  always (rest or some a: Actor |
    stop[a] or drain[a] or stopChild[a] or climb[a] or finish[a])
}

pred childrenFirst { always all a: Stopped | ^parent.a in Stopped }
pred goesOnce { all a: Actor | always (a in Going implies after always a not in Going) }
pred asksNobodyUnasked { always Going in Asked }
pred reverseOrder { some World.orderly implies always all a: Asked | older.a in Stopped }
pred drainFirst { some World.orderly implies always all a: Asked - Root | a.parent in Drained }
pred lasting { always (Asked in Asked' and Stopped in Stopped' and all a: Actor | (Ladder.rung'[a] in Ladder.rung[a].*next)) }
/* Steps only add; so who always has a next one gets to the end. */
pred noDeadEnd {
  always (Root in Asked - Stopped implies some a: Actor | canDrain[a] or canStopChild[a] or canClimb[a] or canFinish[a])
}
pred noDeadEndInOrder {
  no Hung and some World.orderly implies
    always (Root in Asked - Stopped implies some a: Actor | canDrain[a] or canStopChild[a] or canFinish[a])
}

run Orderly { no World.mistake and some World.orderly and #(parent.Root) = 2 and eventually Root in Stopped }
  for exactly 3 Actor, 10..10 steps expect 1
run Abandoning { no World.mistake and some Hung - Root and eventually (some Abandoned and Root in Stopped) }
  for 2 Actor, 10..10 steps expect 1
check ChildrenFirst { no World.mistake implies childrenFirst } for 3 Actor, 9..9 steps expect 0
check Once { no World.mistake implies goesOnce } for 3 Actor, 8..8 steps expect 0
check ReverseOrder { no World.mistake implies reverseOrder } for 4 Actor, 8..8 steps expect 0
check DrainFirst { no World.mistake implies drainFirst } for 4 Actor, 8..8 steps expect 0
check Lasting { no World.mistake implies (lasting and asksNobodyUnasked) } for 3 Actor, 7..7 steps expect 0
check NoDeadEnd { (no World.mistake and no World.orderly) implies noDeadEnd } for 3 Actor, 9..9 steps expect 0
check NoDeadEndInOrder { no World.mistake implies noDeadEndInOrder } for 3 Actor, 10..10 steps expect 0
check TwinCloseFirst { World.mistake = CloseFirst implies childrenFirst } for 3 Actor, 8..8 steps expect 1
check TwinGoesTwice { World.mistake = GoesTwice implies goesOnce } for 3 Actor, 8..8 steps expect 1
check TwinOldestFirst { World.mistake = OldestFirst implies reverseOrder } for 4 Actor, 8..8 steps expect 1
check TwinLosesAbandoned { (World.mistake = LosesAbandoned and no World.orderly) implies noDeadEnd } for 3 Actor, 9..9 steps expect 1
