/*
 * A spawn at the very moment of a stop: the child is seen by the stop, or refused to the spawner.
 *
 * What stands for what:
 *   Open      ChildSet.open             Living    ChildSet.living
 *   shut      ChildSet.shut, from StopProtocol.beginFirst
 *   look      ChildSet.add reads `open` and puts the child into `living`, under one lock: one step;
 *             with a mistake two, look and put
 *   begin     Lifecycle.begin of the child, after the add: Cell.spawnChild
 *   ask       StopProtocol.stopChildren -> stopByParent; the child may not have begun yet
 *   end       StopProtocol.finish of the child, then ChildSet.remove in Cell.ended
 *   finish    StopProtocol.advance: hasLivingChildren is false, so the owner closes
 */
module LateChild

sig Child {}
enum Mistake { NoLock, Snapshot, NoRefusal }
one sig World { mistake: lone Mistake }
one sig Owner {}

var lone sig Open in Owner {}
var lone sig Finished in Owner {}
var sig Looked in Child {}   // found it open, not yet put: only with NoLock
var sig Added in Child {}
var sig Living in Added {}
var sig Begun in Added {}
var sig Refused in Child {}
var sig Told in Added {}
var sig Seen in Child {}     // those the stop has seen: only with Snapshot

fact start {
  Open = Owner
  no Finished + Looked + Added + Living + Begun + Refused + Told + Seen
}

pred sameOwner { Open' = Open and Finished' = Finished and Seen' = Seen }
pred sameChildren { Looked' = Looked and Added' = Added and Living' = Living and Begun' = Begun and Refused' = Refused }

pred canLook[c: Child] { c not in Looked + Added + Refused }
pred look[c: Child] {
  canLook[c]
  sameOwner and Begun' = Begun and Told' = Told
  (some Open or World.mistake = NoRefusal) => {
    Refused' = Refused
    World.mistake = NoLock => (Looked' = Looked + c and Added' = Added and Living' = Living)
      else (Looked' = Looked and Added' = Added + c and Living' = Living + c)
  } else {
    Refused' = Refused + c and Looked' = Looked and Added' = Added and Living' = Living
  }
}
pred canPut[c: Child] { c in Looked }
pred put[c: Child] {
  canPut[c]
  Looked' = Looked - c and Added' = Added + c and Living' = Living + c
  sameOwner and Begun' = Begun and Refused' = Refused and Told' = Told
}
pred canBegin[c: Child] { c in Added - Begun }
pred begin[c: Child] {
  canBegin[c]
  Begun' = Begun + c
  sameOwner and Looked' = Looked and Added' = Added and Living' = Living and Refused' = Refused and Told' = Told
}
pred canShut { some Open }
pred shut {
  canShut
  no Open'
  Seen' = Living
  Finished' = Finished and sameChildren and Told' = Told
}
fun waitsFor: set Child { World.mistake = Snapshot => Seen & Living else Living }
pred canAsk[c: Child] { no Open + Finished and c in waitsFor - Told }
pred ask[c: Child] {
  canAsk[c]
  Told' = Told + c
  sameOwner and sameChildren
}
pred canEnd[c: Child] { c in Living & Told }
pred end[c: Child] {
  canEnd[c]
  Living' = Living - c
  sameOwner and Looked' = Looked and Added' = Added and Begun' = Begun and Refused' = Refused and Told' = Told
}
pred canFinish { no Open + Finished and no waitsFor }
pred finish {
  canFinish
  Finished' = Owner
  Open' = Open and Seen' = Seen and sameChildren and Told' = Told
}
pred rest { sameOwner and sameChildren and Told' = Told }
/* With Snapshot, the list is made before the set is shut. */
pred snap {
  World.mistake = Snapshot and some Open
  Seen' = Living and Open' = Open and Finished' = Finished and sameChildren and Told' = Told
}
pred shutAfterSnap {
  World.mistake = Snapshot and some Open
  no Open' and Seen' = Seen and Finished' = Finished and sameChildren and Told' = Told
}

fact transitions {
  always (rest or snap or shutAfterSnap or (World.mistake != Snapshot and shut) or finish
    or some c: Child | look[c] or put[c] or begin[c] or ask[c] or end[c])
}

pred noneOutlives { always (some Finished implies no Living) }
pred oneFate { always no Added & Refused }
pred noDeadEnd {
  always (no Open implies (some Finished or canFinish or some c: Child | canAsk[c] or canEnd[c] or canPut[c] or canBegin[c]))
}
pred namesEachFate {
  always ((some Finished and no c: Child | canLook[c] or canPut[c] or canBegin[c] or canAsk[c] or canEnd[c])
    implies Child in Refused + (Begun - Living))
}

run SomeOfEach { no World.mistake and eventually (some Finished and some Refused and some Begun and Begun + Refused = Child) }
  for 2 but 10..10 steps expect 1
run ToldBeforeItBegins { no World.mistake and eventually some Told - Begun } for 2 but 10..10 steps expect 1
check NoneOutlives { no World.mistake implies noneOutlives } for 3 but 9..9 steps expect 0
check OneFate { no World.mistake implies oneFate } for 3 but 9..9 steps expect 0
check NamesEachFate { no World.mistake implies namesEachFate } for 3 but 9..9 steps expect 0
check NoDeadEnd { no World.mistake implies noDeadEnd } for 3 but 9..9 steps expect 0
check TwinNoLock { World.mistake = NoLock implies noneOutlives } for 3 but 9..9 steps expect 1
check TwinSnapshot { World.mistake = Snapshot implies noneOutlives } for 3 but 9..9 steps expect 1
check TwinNoRefusal { World.mistake = NoRefusal implies noneOutlives } for 3 but 9..9 steps expect 1
