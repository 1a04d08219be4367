/*
 * The turn scheduler: from a message to a turn. Work is never left while nobody is under way to it.
 *
 * What stands for what:
 *   Work      Program.hasWork of the cell: its mailbox has a message
 *   Awake     Cell.run == AWAKE
 *   Owned     somebody has the program: Border.owner, won by Program.take
 *   shared    TurnScheduler.shared, and each ring: where thieves find entries
 *   Seated    TurnScheduler.seats; one seat, so that it matters who has it
 *   Searching TurnScheduler.searching
 *   sender    tell: show (Mailbox.offer), look and write (TurnScheduler.wake: read run, write it; no CAS),
 *             put (TurnScheduler.share), wakeOne (TurnScheduler.wakeOne and wakeAnyway)
 *   worker    Worker.run and its end of a turn: pick, take, turn, giveBack and idle and again
 *             (TurnScheduler.release), requeue (Worker.queue); without an entry, rest (endSearch,
 *             state IDLE, addSpare), leave (leaveSeat), last (hasQueued && takeSeat && becomeActive), else it parks
 *             or, instead of giveBack, idle and again: early, letGo and lookBack (MessageProgram.leave)
 *   detach    Worker.handOver before a turn waits, or the Sentinel: the seat goes, the turn goes on without it
 *   comeBack  Worker.comeBack: sits down again, or becomes a spare
 *
 * copy      Sentinel: what is in `next` of a stuck worker
 *
 * Left out: `next` as a place of its own; its entry goes to shared before the seat is left (Worker.shareNext).
 */
module HandOver

sig Cell {}
sig Sender { to: one Cell }
sig Worker {}

enum Mistake { LooksFirst, LeavesLast, WakesNobody, TakesAnyway, ForgetsMessages, ForgetsWakers }
one sig World { mistake: lone Mistake }

enum Said { START, SHOWN, SAW, WON, PUT, SENT }
enum Does { SPARE, PICK, HAS, TURN, AWAY, GIVEN, WRITTEN, EARLY, LETGO, AGAIN, QUEUED, IDLING, LEFT, AFTER }

var sig Work in Cell {}
var sig Awake in Cell {}
var sig Shared in Cell {}
var sig Seated in Worker {}
var sig Searching in Worker {}
var sig Seen in Worker {}      // what a look before the write has found: only with a mistake
one sig Now {
  var tells: Sender -> one Said,
  var phase: Worker -> one Does,
  var holds: Worker -> lone Cell,
  var program: Cell -> lone Worker
}

fun said: Sender -> Said { Now.tells }
fun does: Worker -> Does { Now.phase }
fun hand: Worker -> Cell { Now.holds }
fun owner: Cell -> Worker { Now.program }

fact start {
  no Work + Awake + Shared
  no Seated + Searching + Seen
  said = Sender -> START
  does = Worker -> SPARE
  no hand
  no owner
}

pred says[s: Sender, to: Said] { Now.tells' = said ++ s -> to }
pred goes[w: Worker, to: Does] { Now.phase' = does ++ w -> to }
pred sameSaid { Now.tells' = said }
pred sameDoes { Now.phase' = does }
pred sameHands { Now.holds' = hand and Now.program' = owner }
pred sameSeats { Seated' = Seated and Searching' = Searching }
pred sameCells { Work' = Work and Awake' = Awake and Shared' = Shared }

/* ---- The sender. */
pred show[s: Sender] {
  said[s] = START
  says[s, SHOWN] and Work' = Work + s.to
  Awake' = Awake and Shared' = Shared and sameDoes and sameHands and sameSeats and Seen' = Seen
}
pred look[s: Sender] {
  said[s] = SHOWN
  s.to in Awake => says[s, SENT] else says[s, SAW]
  sameCells and sameDoes and sameHands and sameSeats and Seen' = Seen
}
pred write[s: Sender] {
  said[s] = SAW
  says[s, WON] and Awake' = Awake + s.to
  Work' = Work and Shared' = Shared and sameDoes and sameHands and sameSeats and Seen' = Seen
}
pred put[s: Sender] {
  said[s] = WON
  says[s, PUT] and Shared' = Shared + s.to
  Work' = Work and Awake' = Awake and sameDoes and sameHands and sameSeats and Seen' = Seen
}
/* One step: what it reads before the CAS on the seats is only a hint. */
pred wake {
  (no Searching and no Seated and some does.SPARE) => {
    some w: does.SPARE | goes[w, PICK] and Seated' = Seated + w and Searching' = Searching + w
  } else { sameDoes and sameSeats }
}
pred wakeOne[s: Sender] {
  said[s] = PUT
  says[s, SENT] and (World.mistake = WakesNobody => sameDoes and sameSeats else wake)
  sameCells and sameHands and Seen' = Seen
}

/* ---- The worker. */
pred pick[w: Worker] {
  does[w] = PICK and some Shared
  some c: Shared | Shared' = Shared - c and Now.holds' = hand + w -> c
  Now.program' = owner
  goes[w, HAS]
  Searching' = Searching - w and Seated' = Seated
  Work' = Work and Awake' = Awake and sameSaid and Seen' = Seen
}
/* Who cannot win the program drops the entry. */
pred take[w: Worker] {
  does[w] = HAS
  no owner[hand[w]] => (goes[w, TURN] and Now.program' = owner + hand[w] -> w and Now.holds' = hand)
    else World.mistake = TakesAnyway => (goes[w, TURN] and Now.program' = owner and Now.holds' = hand)
    else (goes[w, PICK] and Now.program' = owner and Now.holds' = hand - w -> Cell)
  sameCells and sameSeats and sameSaid and Seen' = Seen
}
/* Handles what is there; some may have come since. */
pred turn[w: Worker] {
  does[w] in TURN and hand[w] in Work
  Work' = Work - hand[w]
  Awake' = Awake and Shared' = Shared and sameDoes and sameHands and sameSeats and sameSaid and Seen' = Seen
}
pred detach[w: Worker] {
  does[w] = TURN and w in Seated
  Seated' = Seated - w and Searching' = Searching
  sameCells and sameHands and sameSaid and Seen' = Seen
  // and lets another one sit down if something waits
  goes[w, AWAY]
}
pred backToTurn[w: Worker] {
  does[w] = AWAY
  no Seated => (Seated' = Seated + w) else Seated' = Seated
  goes[w, TURN] and Searching' = Searching and sameCells and sameHands and sameSaid and Seen' = Seen
}
/* The seat was given up, and something waits: somebody else is woken for it. */
pred wakeAfterDetach[w: Worker] {
  does[w] = AWAY and some Shared and no Seated and no Searching
  some v: does.SPARE | goes[v, PICK] and Seated' = Seated + v and Searching' = Searching + v
  sameCells and sameHands and sameSaid and Seen' = Seen
}
/* The sentinel copies what was in `next`; the worker may run it all the same. */
pred copy[w: Worker] {
  does[w] = HAS
  Shared' = Shared + hand[w]
  Work' = Work and Awake' = Awake and sameDoes and sameHands and sameSeats and sameSaid and Seen' = Seen
}
pred giveBack[w: Worker] {
  does[w] = TURN
  goes[w, GIVEN] and Now.program' = owner - hand[w] -> w and Now.holds' = hand
  Seen' = (hand[w] in Work => Seen + w else Seen - w)
  sameCells and sameSeats and sameSaid
}
pred idle[w: Worker] {
  does[w] = GIVEN
  goes[w, WRITTEN] and Awake' = Awake - hand[w]
  Work' = Work and Shared' = Shared and sameHands and sameSeats and sameSaid and Seen' = Seen
}
pred again[w: Worker] {
  does[w] = WRITTEN
  ((World.mistake = LooksFirst => w in Seen else hand[w] in Work) and hand[w] not in Awake) =>
    (goes[w, AGAIN] and Awake' = Awake + hand[w] and Now.holds' = hand)
    else (goes[w, AFTER] and Awake' = Awake and Now.holds' = hand - w -> Cell)
  Work' = Work and Shared' = Shared and Now.program' = owner and sameSeats and sameSaid and Seen' = Seen
}
/* Writes IDLE while it still has the program, gives that back, and then looks for both. */
pred early[w: Worker] {
  does[w] = TURN
  goes[w, EARLY] and Awake' = Awake - hand[w]
  Work' = Work and Shared' = Shared and sameHands and sameSeats and sameSaid and Seen' = Seen
}
pred letGo[w: Worker] {
  does[w] = EARLY
  goes[w, LETGO] and Now.program' = owner - hand[w] -> w and Now.holds' = hand
  sameCells and sameSeats and sameSaid and Seen' = Seen
}
pred lookBack[w: Worker] {
  does[w] = LETGO
  ((hand[w] in Work and World.mistake != ForgetsMessages) or (hand[w] in Awake and World.mistake != ForgetsWakers)) =>
    (goes[w, AGAIN] and Awake' = Awake + hand[w] and Now.holds' = hand)
    else (goes[w, AFTER] and Awake' = Awake and Now.holds' = hand - w -> Cell)
  Work' = Work and Shared' = Shared and Now.program' = owner and sameSeats and sameSaid and Seen' = Seen
}
pred requeue[w: Worker] {
  does[w] = AGAIN
  goes[w, QUEUED] and Shared' = Shared + hand[w] and Now.holds' = hand - w -> Cell
  Work' = Work and Awake' = Awake and Now.program' = owner and sameSeats and sameSaid and Seen' = Seen
}
/* scheduler.wakeOne() of Worker.queue, then the next pick. */
pred queued[w: Worker] {
  does[w] = QUEUED
  (no Searching and no Seated and some does.SPARE) =>
    (some v: does.SPARE | Now.phase' = does ++ (w -> AFTER + v -> PICK) and Seated' = Seated + v and Searching' = Searching + v)
    else (goes[w, AFTER] and sameSeats)
  sameCells and sameHands and sameSaid and Seen' = Seen
}
pred after_[w: Worker] {
  does[w] = AFTER
  w in Seated => (goes[w, PICK] and sameSeats)
    else no Seated => (goes[w, PICK] and Seated' = Seated + w and Searching' = Searching)
    else (goes[w, SPARE] and sameSeats)
  sameCells and sameHands and sameSaid and Seen' = Seen
}
pred rest[w: Worker] {
  does[w] = PICK and no Shared
  goes[w, IDLING] and Searching' = Searching - w and Seated' = Seated
  sameCells and sameHands and sameSaid and Seen' = Seen - w
}
pred leave[w: Worker] {
  does[w] = IDLING
  goes[w, LEFT] and Seated' = Seated - w and Searching' = Searching
  Seen' = (World.mistake = LeavesLast and some Shared => Seen + w else Seen - w)
  sameCells and sameHands and sameSaid
}
pred last[w: Worker] {
  does[w] = LEFT
  ((World.mistake = LeavesLast => w in Seen else some Shared) and no Seated) =>
    (goes[w, PICK] and Seated' = Seated + w) else (goes[w, SPARE] and Seated' = Seated)
  Searching' = Searching and sameCells and sameHands and sameSaid and Seen' = Seen
}

pred moves {
  (some s: Sender | show[s] or look[s] or write[s] or put[s] or wakeOne[s])
  or (some w: Worker | pick[w] or take[w] or copy[w] or turn[w] or detach[w] or backToTurn[w] or wakeAfterDetach[w] or giveBack[w]
    or idle[w] or again[w] or early[w] or letGo[w] or lookBack[w] or requeue[w] or queued[w] or after_[w] or rest[w] or leave[w] or last[w])
}
pred halts {
  sameCells and sameHands and sameSaid and sameDoes and sameSeats and Seen' = Seen
}
fact transitions { always (moves or halts) }

/* Nobody has anything more to do. */
pred quiet { Now.tells[Sender] = SENT and Now.phase[Worker] = SPARE }

pred noneLost { always (quiet implies no Work + Shared + Awake) }
pred oneAtATime { always all disj v, w: Worker | does[v] in TURN + AWAY + EARLY and does[w] in TURN + AWAY + EARLY implies hand[v] != hand[w] }
pred oneSeat { always lone Seated }
/* While a seat is free and an entry is there, somebody is under way. */
pred someoneOnTheWay {
  always (some Shared and Now.phase[Worker] = SPARE implies some s: Sender | said[s] = PUT)
}
/* Who is awake has an entry, or somebody is at it: else no sender wakes it any more. */
pred covered {
  always all c: Awake | c in Shared or some owner[c] or c in hand[Worker] or (some s: Sender | s.to = c and said[s] = WON)
}
run TwoMessages { no World.mistake and eventually (quiet and #Sender = 2) } for 1 Cell, 2 Sender, 1 Worker, 21..21 steps expect 1
run SecondWorker { no World.mistake and eventually (some disj v, w: Worker | does[v] = AWAY and does[w] = TURN) }
  for 2 Cell, 2 Sender, 2 Worker, 16..16 steps expect 1
check NoneLost { no World.mistake implies noneLost } for 1 Cell, 2 Sender, 1 Worker, 20..20 steps expect 0
check OneAtATime { no World.mistake implies oneAtATime } for 1 Cell, 2 Sender, 2 Worker, 13..13 steps expect 0
check OneSeat { no World.mistake implies oneSeat } for 2 Cell, 2 Sender, 2 Worker, 12..12 steps expect 0
check SomeoneOnTheWay { no World.mistake implies someoneOnTheWay } for 2 Cell, 2 Sender, 1 Worker, 16..16 steps expect 0
check Covered { no World.mistake implies covered } for 1 Cell, 2 Sender, 2 Worker, 14..14 steps expect 0
check TwinLooksFirst { World.mistake = LooksFirst implies noneLost } for 1 Cell, 2 Sender, 1 Worker, 20..20 steps expect 1
check TwinLeavesLast { World.mistake = LeavesLast implies someoneOnTheWay } for 2 Cell, 2 Sender, 1 Worker, 20..20 steps expect 1
check TwinWakesNobody { World.mistake = WakesNobody implies noneLost } for 1 Cell, 1 Sender, 1 Worker, 8..8 steps expect 1
check TwinTakesAnyway { World.mistake = TakesAnyway implies oneAtATime } for 1 Cell, 1 Sender, 2 Worker, 15..15 steps expect 1
check TwinForgetsMessages { World.mistake = ForgetsMessages implies noneLost } for 1 Cell, 1 Sender, 1 Worker, 20..20 steps expect 1
check TwinForgetsWakersLong { World.mistake = ForgetsWakers implies covered } for 1 Cell, 2 Sender, 2 Worker, 22..22 steps expect 1
