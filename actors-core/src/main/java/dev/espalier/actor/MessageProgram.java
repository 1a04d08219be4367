package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Handles messages one after the other, in turns. What else an actor does is in [BehaviorProgram].
///
/// *In hand.* The entry that is handled stays in its node of the mailbox, which finds it again; one that does
/// not come from there is `handled`. Fields are confined to the program, but for what an abandon reads: see
/// [#settleAbandoned].
abstract class MessageProgram<M> extends Program<M> implements MessageWatch.Watched {
    /// Messages per step, after which other work of the same thread may come first.
    private static final int STEP = 64;
    /// What handles messages now: the behavior, or what it has become.
    @Nullable
    Behavior<M> handler;

    private @Nullable Aside aside;
    /// Whether it handles an entry: `handled`, or if that is null the one that the mailbox has in hand.
    private boolean handling;

    private @Nullable Object handled;
    /// How many messages had been handled when this one began.
    private long processedBefore;
    private boolean stashed;
    private int attempts;

    MessageProgram(Cell<M> cell) {
        super(cell);
    }

    /// Does what comes before messages, or one message.
    ///
    /// @return false if there was nothing to do
    abstract boolean attend(Strand self);

    @Override
    boolean hasMessages() {
        return hasFront() || mailbox.hasNext();
    }

    final boolean hasFront() {
        Aside all = aside;
        return all != null && all.hasFront();
    }

    private Aside aside() {
        Aside now = aside;
        if (now == null) {
            now = new Aside();
            aside = now;
        }
        return now;
    }

    @Override
    boolean hasAside() {
        return aside != null;
    }

    @Override
    boolean step(Strand self) {
        return turn(self, null) == Turn.MORE;
    }

    @Override
    Turn turn(Strand self, @Nullable Worker worker) {
        for (int i = 0; i < STEP && !wasHurried(); i++) {
            boolean calm = isCalm();
            if (calm && aside == null && mailbox.isPlain()) {
                TicketGate.Node node = mailbox.pollNode();
                if (node == null) {
                    return Turn.DONE;
                }
                Turn left = handleNode(node, self, worker);
                if (left != Turn.MORE) {
                    return left;
                }
            } else if (!(calm ? handleNext(self) : attend(self))) {
                return Turn.DONE;
            }
        }
        return Turn.MORE;
    }

    final boolean handleNext(Strand self) {
        Object entry = aside == null ? null : aside.poll();
        if (entry == null) {
            attempts = 0;
            entry = mailbox.poll();
        }
        if (entry == null) {
            return false;
        }
        forgetAside();
        if (entry instanceof Sampled sampled) {
            handleSampled(sampled, self);
        } else {
            handled = entry;
            handle(entry, self);
        }
        handled = null;
        return true;
    }

    private void handleSampled(Sampled sampled, Strand self) {
        Object entry = open(sampled, self);
        handled = sampled.taken();
        TraceContext before = self.trace();
        self.trace(sampled.trace);
        try {
            handle(entry, self);
        } finally {
            self.trace(before);
        }
    }

    private Turn handleNode(TicketGate.Node node, Strand self, @Nullable Worker worker) {
        if (!(node.entry instanceof Sampled sampled)) {
            return handleEntry(node, Objects.requireNonNull(node.entry), self, worker);
        }
        Object entry = open(sampled, self);
        node.entry = sampled.taken();
        TraceContext before = self.trace();
        self.trace(sampled.trace);
        try {
            return handleEntry(node, entry, self, worker);
        } finally {
            self.trace(before);
        }
    }

    private Turn handleEntry(TicketGate.Node node, Object entry, Strand self, @Nullable Worker worker) {
        Behavior<M> now = handler;
        CellContext<M> ctx = context();
        attempts = 0;
        if (worker != null) {
            worker.pace().countMessage();
        }
        if (worker == null || entry instanceof Asked || now == null) {
            handle(entry, self);
            node.entry = null;
            return Turn.MORE;
        }
        return handleAlone(node, entry, now, ctx, self, worker);
    }

    /// A message that needs nothing but its handler. If it is the last one for now, the program goes from
    /// user code to nobody by one CAS. What is done before that is done as user code, so life may do the same
    /// meanwhile, after an abandon: all of it gives the same if it is done twice.
    @SuppressWarnings("unchecked")
    private Turn handleAlone(
            TicketGate.Node node, Object entry, Behavior<M> now, CellContext<M> ctx, Strand self, Worker worker) {
        handling = true;
        stashed = false;
        mailbox.held(1);
        MessageWatch follow = watch();
        if (follow != null) {
            self.trace(follow.started(entry, self.trace()));
        }
        ctx.messageStarted(entry);
        processedBefore = mailbox.processed();
        Throwable thrown = callUser(now, (M) entry, ctx, self);
        if (follow != null) {
            dropInterrupt(); // it was for the message
            follow.ended(thrown); // still as user code: for followers alone there is no second CAS
        }
        if (thrown != null || stashed || wantsAttention() || aside != null || !ctx.isMessageAlone()) {
            leaveUser(thrown);
            ended(entry, thrown, ctx, null);
            node.entry = null;
            return Turn.MORE;
        }
        if (mailbox.hasNext()) {
            leaveUser(null);
            if (!isFinished()) {
                node.entry = null;
                settle();
            }
            return Turn.MORE;
        }
        node.entry = null;
        settle();
        return leave(worker);
    }

    private void settle() {
        mailbox.held(0);
        mailbox.processed(processedBefore + 1);
        VarHandle.storeStoreFence(); // life, which finds it no longer handling, finds it counted
        handling = false;
    }

    /// From user code to idle. Wakers that find it IDLE too early put entries that nobody can use, for the
    /// program is still taken: whoever finds it not IDLE after the CAS must see to it that it is looked at
    /// again.
    Turn leave(Worker worker) {
        long seen = mailbox.givenCount();
        worker.tenant(null); // before another worker can have it
        cell.runBy(TurnScheduler.IDLE);
        if (!leaveForGood()) {
            cell.runBy(TurnScheduler.AWAKE);
            worker.tenant(cell);
            leaveUser(null);
            return Turn.MORE;
        }
        return hasMissed(seen) || wasWoken() ? Turn.LEFT_IN_DOUBT : Turn.LEFT;
    }

    private boolean hasMissed(long seen) {
        return mailbox.tickets() != seen || wantsAttention();
    }

    private boolean wasWoken() {
        return cell.run != TurnScheduler.IDLE;
    }

    @SuppressWarnings("unchecked")
    private void handle(Object entry, Strand self) {
        if (entry instanceof Asked asked && asked.isExpired()) {
            updateHeld();
            cell.deadLetter(entry, DeadLetter.Reason.EXPIRED);
            endExpired();
            return;
        }
        M message = (M) Mailbox.message(entry);
        Behavior<M> now = handler;
        if (now == null) {
            return;
        }
        CellContext<M> ctx = context();
        handling = true;
        stashed = false;
        processedBefore = mailbox.processed();
        updateHeld();
        MessageWatch follow = watch();
        if (follow != null) {
            self.trace(follow.started(message, self.trace()));
        }
        ctx.messageStarted(entry);
        Throwable thrown = callUser(now, message, ctx, self);
        leaveUser(thrown);
        ended(entry, thrown, ctx, follow);
    }

    private void ended(Object entry, @Nullable Throwable thrown, CellContext<M> ctx, @Nullable MessageWatch follow) {
        if (isFinished()) {
            return;
        }
        ctx.messageEnded();
        if (follow != null) {
            follow.ended(thrown);
        }
        handling = false;
        if (thrown != null && !wasCancelled(thrown)) {
            failedOver(entry, thrown);
        } else if (!stashed) {
            countProcessed();
        }
    }

    /// Into user code; [#leaveUser] is due.
    ///
    /// @return what it threw
    private @Nullable Throwable callUser(Behavior<M> now, M message, CellContext<M> ctx, Strand self) {
        enterUser();
        try {
            CancelScope.expect(self, this);
            try {
                now.onMessage(message, ctx);
            } finally {
                CancelScope.leave(self, this);
            }
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    /// No longer held first, then its fate: who waits for the last fate finds nothing held.
    private void countProcessed() {
        updateHeld();
        mailbox.countProcessed(1);
    }

    private void failedOver(Object entry, Throwable thrown) {
        boolean retry = false;
        if (stashed) {
            retry = true;
        } else if (cell.spec.options.retryFailed && !(thrown instanceof VirtualMachineError)) {
            attempts++;
            if (attempts < cell.spec.options.quarantineAfter) {
                aside().again(packed(entry));
                updateHeld();
                retry = true;
            } else {
                attempts = 0;
                updateHeld();
                failRequest(entry, thrown);
                cell.deadLetter(entry, DeadLetter.Reason.QUARANTINED);
            }
        } else {
            countProcessed();
        }
        if (!retry) {
            failRequest(entry, thrown);
        }
        failedWith(thrown, Mailbox.message(entry));
    }

    /// The entry in hand, with what it carries.
    private Object packed(Object entry) {
        Object raw = handled != null ? handled : mailbox.inHand();
        return raw instanceof Sampled ? raw : entry;
    }

    private void failRequest(Object entry, Throwable thrown) {
        if (entry instanceof Asked asked) {
            asked.abort(new ActorFailedException(cell.path() + " failed over the request", thrown));
        }
    }

    final void failedWith(Throwable thrown, @Nullable Object message) {
        dies();
        cell.life.userFailed(cell.life.failure(thrown, message));
    }

    private void updateHeld() {
        mailbox.held((aside == null ? 0 : aside.size()) + (handling && !stashed ? 1 : 0));
    }

    /// A fresh incarnation begins.
    final void restartAside() {
        if (aside != null) {
            aside.restarted();
        }
    }

    private void forgetAside() {
        if (aside != null && aside.size() == 0) {
            aside = null;
        }
    }

    void become(Behavior<M> next) {
        handler = next;
    }

    void stash() {
        Object entry = inHand();
        if (entry == null || stashed) {
            throw new IllegalStateException(
                    entry == null ? "There is no message to stash" : "The message is stashed already");
        }
        aside().stash(packed(entry));
        stashed = true;
        updateHeld();
    }

    void unstashAll() {
        if (aside != null) {
            aside.unstash();
        }
    }

    @Override
    @Nullable
    Object inHand() {
        Object raw = !handling ? null : handled != null ? handled : mailbox.inHand();
        return raw == null ? null : Sampled.opened(raw);
    }

    @Override
    void settleAbandoned() {
        boolean inHand = handling && !stashed;
        handling = false;
        deadLetterAside();
        if (inHand) {
            updateHeld();
            mailbox.processed(processedBefore + 1);
        }
    }

    final void deadLetterAside() {
        Aside all = aside;
        aside = null;
        updateHeld();
        if (all != null) {
            all.all().forEach(entry -> cell.deadLetter(Sampled.opened(entry), DeadLetter.Reason.LEFT_OVER));
        }
    }
}
