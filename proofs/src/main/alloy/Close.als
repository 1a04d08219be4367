/*
 * The close of a mailbox against senders and its reader: a message is taken or refused, never both, never neither.
 *
 * What stands for what:
 *   head      TicketGate.head; a node's ticket is how many nodes are below it
 *   link      TicketGate.Node.link, as the producer wrote it (the reader turns it around: not modelled)
 *   Taken     TicketQueue.taken, and which entries that were
 *   look      TicketGate.push reads the head       push     its CAS
 *   sealLook  TicketGate.seal or sealAt            seal     TicketGate.trySeal
 *   readTaken TicketQueue.sealIfEmpty reads `taken` before sealAt reads the head
 *   take      TicketQueue.take: the oldest entry not taken yet
 *   rest      Cell.closeMailbox after the close: what is left becomes dead letters (a fate: taken)
 */
module Close

abstract sig Node {}
one sig Origin extends Node {}
one sig Closing extends Node {}
sig Entry extends Node {}

enum Mistake { PushWithoutCas, SealWithoutCas, LooksThenSeals, RefusesAfterPush }
one sig World { mistake: lone Mistake, passivates: lone Origin }

enum Fate { NEW, LOOKED, PUSHED, REFUSED }
enum Closer { OPEN, READ, SEALING, CLOSED, STAYS }

var lone sig Head in Node {}
var sig Taken in Entry {}
one sig Now {
  var link: Node -> lone Node,
  var fate: Entry -> one Fate,
  var seen: Node -> lone Node,
  var closer: one Closer,
  var counted: set Entry
}

fun queued: set Entry { Head.*(Now.link) & Entry }
fun oldest: lone Entry { { e: queued - Taken | e.^(Now.link) & Entry in Taken } }

fact start {
  Head = Origin
  no Taken
  no Now.link and no Now.seen and no Now.counted
  Now.fate = Entry -> NEW
  Now.closer = OPEN
}

pred sameCloser { Now.closer' = Now.closer and Now.counted' = Now.counted }
pred sameQueue { Head' = Head and Now.link' = Now.link }

pred look[e: Entry] {
  Now.fate[e] in NEW
  Head = Closing => (Now.fate' = Now.fate ++ e -> REFUSED and Now.seen' = Now.seen)
    else (Now.fate' = Now.fate ++ e -> LOOKED and Now.seen' = Now.seen ++ e -> Head)
  sameQueue and sameCloser and Taken' = Taken
}
/* The CAS; if it fails, the sender looks again. */
pred push[e: Entry] {
  Now.fate[e] = LOOKED
  (Now.seen[e] = Head or World.mistake = PushWithoutCas) => {
    Head' = e and Now.link' = Now.link ++ e -> Now.seen[e] and Now.fate' = Now.fate ++ e -> PUSHED
  } else {
    sameQueue and Now.fate' = Now.fate ++ e -> NEW
  }
  Now.seen' = Now.seen - e -> Node
  sameCloser and Taken' = Taken
}
/* With a mistake: looks once more after the push and believes that it came too late. */
pred refuseLate[e: Entry] {
  World.mistake = RefusesAfterPush and Now.fate[e] = PUSHED and Head = Closing
  Now.fate' = Now.fate ++ e -> REFUSED
  sameQueue and sameCloser and Now.seen' = Now.seen and Taken' = Taken
}
pred take {
  some oldest
  Taken' = Taken + oldest
  sameQueue and sameCloser and Now.fate' = Now.fate and Now.seen' = Now.seen
}
/* The closer is the reader of its own mailbox: it does not take meanwhile, but with DROP_OLDEST senders do. */
pred readTaken {
  Now.closer = OPEN
  Now.closer' = READ and Now.counted' = Taken
  sameQueue and Now.fate' = Now.fate and Now.seen' = Now.seen and Taken' = Taken
}
pred sealLook {
  Now.closer = READ
  (some World.passivates and queued != Now.counted) => (Now.closer' = STAYS and Now.seen' = Now.seen)
    else (Now.closer' = SEALING and Now.seen' = Now.seen ++ Closing -> Head)
  Now.counted' = Now.counted
  sameQueue and Now.fate' = Now.fate and Taken' = Taken
}
/* trySeal: the closing node stands on the head that was seen. */
pred seal {
  Now.closer = SEALING
  (Now.seen[Closing] = Head or some World.mistake & (SealWithoutCas + LooksThenSeals)) => {
    let on = World.mistake = LooksThenSeals => Head else Now.seen[Closing] |
      Head' = Closing and Now.link' = Now.link ++ Closing -> on and Now.closer' = CLOSED
  } else {
    sameQueue and (some World.passivates => Now.closer' = STAYS else Now.closer' = READ)
  }
  Now.seen' = Now.seen - Closing -> Node
  Now.counted' = Now.counted and Now.fate' = Now.fate and Taken' = Taken
}
pred moves { readTaken or sealLook or seal or take or some e: Entry | look[e] or push[e] or refuseLate[e] }
pred rest { sameQueue and sameCloser and Now.fate' = Now.fate and Now.seen' = Now.seen and Taken' = Taken }
fact transitions { always (moves or rest) }

pred over { Now.closer = CLOSED and Now.fate[Entry] in PUSHED + REFUSED and no oldest }

pred neverBoth { always no e: Taken | Now.fate[e] = REFUSED }
pred neverNeither { always (over implies all e: Entry | e in Taken or Now.fate[e] = REFUSED) }
pred ticketsExact { always (over implies #queued = #(Now.fate.PUSHED)) }
pred passivatesEmpty { some World.passivates implies always (Now.closer = CLOSED implies queued = Now.counted) }
pred stays { always (Head = Closing implies always Head = Closing) }

run OfEach { no World.mistake and no World.passivates and eventually (over and some Taken and REFUSED in Now.fate[Entry]) }
  for exactly 2 Entry, 11..11 steps expect 1
run Passivates { no World.mistake and some World.passivates and some Entry and eventually (Now.closer = CLOSED and some Taken) }
  for exactly 2 Entry, 11..11 steps expect 1
run Stays { no World.mistake and some World.passivates and eventually Now.closer = STAYS } for exactly 1 Entry, 11..11 steps expect 1
check NeverBoth { no World.mistake implies neverBoth } for 2 Entry, 11..11 steps expect 0
check NeverNeither { no World.mistake implies neverNeither } for 2 Entry, 11..11 steps expect 0
check TicketsExact { no World.mistake implies ticketsExact } for 2 Entry, 11..11 steps expect 0
check PassivatesEmpty { no World.mistake implies passivatesEmpty } for 2 Entry, 11..11 steps expect 0
check StaysClosed { no World.mistake implies stays } for 2 Entry, 11..11 steps expect 0
check TwinPushWithoutCas { World.mistake = PushWithoutCas implies neverNeither } for 2 Entry, 11..11 steps expect 1
check TwinSealWithoutCas { World.mistake = SealWithoutCas implies neverNeither } for 2 Entry, 11..11 steps expect 1
check TwinLooksThenSeals { World.mistake = LooksThenSeals implies passivatesEmpty } for 2 Entry, 11..11 steps expect 1
check TwinRefusesAfterPush { World.mistake = RefusesAfterPush implies neverBoth } for 2 Entry, 11..11 steps expect 1
