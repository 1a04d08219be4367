package dev.espalier.profiling;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// How often which times occurred: eight buckets for each power of two, so a time is known to an eighth. It
/// holds only the range that has occurred, with a message that always takes about as long some hundred bytes.
///
/// *Threads.* One writer. Readers on other threads see counts that may be a little old.
final class CompactHistogram {
    private static final int BUCKETS = 8;
    private static final int BITS = 3;

    /// The number of the first bucket, then the counts; replaced when the range grows, published complete.
    private volatile long @Nullable [] data;

    static int bucket(long nanos) {
        if (nanos < BUCKETS) {
            return (int) Math.max(0, nanos);
        }
        int exponent = 63 - Long.numberOfLeadingZeros(nanos);
        return (exponent - BITS + 1) * BUCKETS + (int) ((nanos >>> (exponent - BITS)) & (BUCKETS - 1));
    }

    /// The middle of a bucket.
    static long value(int bucket) {
        if (bucket < BUCKETS) {
            return bucket;
        }
        int shift = bucket / BUCKETS - 1;
        return ((long) (BUCKETS + bucket % BUCKETS) << shift) + ((1L << shift) >> 1);
    }

    void record(long nanos, int times) {
        add(bucket(nanos), times);
    }

    private void add(int bucket, long count) {
        long[] now = data;
        if (now == null || bucket < now[0] || bucket - now[0] >= now.length - 1) {
            now = covering(now, bucket);
            data = now;
        }
        now[1 + bucket - (int) now[0]] += count;
    }

    private static long[] covering(long @Nullable [] old, int bucket) {
        int low = bucket / BUCKETS * BUCKETS;
        int high = low + BUCKETS;
        if (old == null) {
            long[] fresh = new long[1 + BUCKETS];
            fresh[0] = low;
            return fresh;
        }
        low = Math.min(low, (int) old[0]);
        high = Math.max(high, (int) old[0] + old.length - 1);
        long[] fresh = new long[1 + high - low];
        fresh[0] = low;
        System.arraycopy(old, 1, fresh, 1 + (int) old[0] - low, old.length - 1);
        return fresh;
    }

    /// Adds what another one holds now, or takes it away.
    ///
    /// @param sign 1 or −1
    void add(CompactHistogram other, int sign) {
        long[] from = other.data;
        if (from != null) {
            for (int i = 1; i < from.length; i++) {
                if (from[i] != 0) {
                    add((int) from[0] + i - 1, sign * from[i]);
                }
            }
        }
    }

    /// The counts by the middles of their buckets, in nanoseconds.
    NavigableMap<Long, Long> counts() {
        NavigableMap<Long, Long> counts = new TreeMap<>();
        long[] from = data;
        for (int i = 1; from != null && i < from.length; i++) {
            if (from[i] > 0) {
                counts.put(value((int) from[0] + i - 1), from[i]);
            }
        }
        return counts;
    }

    /// Pours it into a histogram of the library.
    void addTo(Histogram group) {
        long[] from = data;
        if (from != null) {
            for (int i = 1; i < from.length; i++) {
                if (from[i] > 0) {
                    group.recordValueWithCount(value((int) from[0] + i - 1), from[i]);
                }
            }
        }
    }

    @Override
    public String toString() {
        return Arrays.toString(data);
    }
}
