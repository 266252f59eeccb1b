//! The first process of a container. The kernel hands it no signal that it has no action for: without one, `docker
//! stop` would wait for its ten seconds while pgward waits for a server.

use super::started;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    flag::register_conditional_shutdown,
};
use std::sync::{Arc, atomic::AtomicBool};

/// Has this process end on the signals that end any other one, with 128 and the signal's number, if it is the first.
/// `exec` takes the actions away again; what is ignored stays ignored.
pub(in crate::cli) fn end_on_signals() {
    if std::process::id() != 1 {
        return;
    }
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        if !started::ignored_signal(signal) {
            // It fails on no signal of these.
            let _registered =
                register_conditional_shutdown(signal, 128 + signal, Arc::new(AtomicBool::new(true)));
        }
    }
}
