/// What threads wait for and work together with: one family, for green and platform threads,
/// inside actors and without.
///
/// Start with [Signal], and with [Fork] or [Group] for threads. The family, by who owns it (*resource*),
/// whether it has two states (*binary*) and whether it goes back (*irreversible*):
///
/// | resource | binary | irreversible | |
/// |---|---|---|---|
/// | - | - | - | [Semaphore]: units to acquire and release |
/// | - | yes | - | [BinarySemaphore]: free or taken |
/// | yes | - | - | [Monitor]: state that one thread uses at a time, and waits for changes of it |
/// | yes | yes | - | [Lock]: held by one thread, with [Condition]s |
/// | - | - | yes | [Progress]: a number that only grows |
/// | - | yes | yes | [Signal]: something that happens once; [Till] is one that goes at a time |
///
/// Besides:
///
/// | to | use |
/// |---|---|
/// | wait for something that can be taken back | [Event] |
/// | pass a value on | [MVar]: one place |
/// | pass values on | [Channel]: bounded, unbounded, rendezvous |
/// | hand out work | [Queue]: any order, and says when all is done |
/// | feed a slow sink | [BatchingQueue] |
/// | wait for the first of several | [Select] |
/// | get a result later | [Promise]; [Deferred] is what it has in common with [Fork] |
/// | run code beside the caller | [Group]: waits for all; in its block a [Nursery]; [Fork]: one |
/// | compute for long, or pin a carrier | [Compute] |
/// | stop somebody's waits, limit their time, hold that back | [CancelScope] |
/// | write code that gives way by hand | [Coroutine], [Generator] |
/// | follow Haskell's names | [Concurrent] |
/// | park and unpark by hand | [Strand] |
///
/// *Waits.* Each comes in three forms: for ever, with a [Duration][java.time.Duration], with a till ([Signal]);
/// it says truthfully whether what it waited for has come. What runs the caller's code or waits for several
/// things in turn has its limit from [CancelScope#timeout] around it. Each can be cancelled:
/// [CancelledException]. First come, first served; a wait that is given up takes nothing with it and leaves
/// nothing behind.
///
/// This package knows no actors and can be used without them.
package dev.espalier.sync;
