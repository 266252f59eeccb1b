//! The same work for many files, on several threads. What comes of it does not depend on how many there are.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Fewer files are not worth a thread.
const FEW: usize = 64;
/// So many are taken at a time.
const BATCH: usize = 16;

/// What `work` makes of each number below `count`, in their order. Two processors are often two halves of one, which gain
/// little by halves of the work and pay for it.
pub(super) fn map<T: Send>(count: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    // Asking how many there are takes files to be read.
    let processors = if count < FEW { 1 } else { thread::available_parallelism().map_or(1, NonZero::get) };
    on((processors / 2).clamp(1, 8), count, work)
}

fn on<T: Send>(threads: usize, count: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    if count < FEW || threads < 2 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut out = Vec::new();
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= count {
                return out;
            }
            out.push((from, (from..count.min(from + BATCH)).map(work).collect::<Vec<T>>()));
        }
    };
    let mut batches = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut all = take();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    batches.sort_by_key(|(from, _)| *from);
    batches.into_iter().flat_map(|(_, batch)| batch).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_stays() {
        for count in [0, 1, 63, 64, 65, 1000, 1007] {
            let squares: Vec<usize> = (0..count).map(|i| i * i).collect();
            for threads in [1, 2, 5] {
                assert_eq!(super::on(threads, count, &|i| i * i), squares, "{count} on {threads}");
            }
        }
    }
}
