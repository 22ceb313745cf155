//! Typed events: how a crate reports what it does.
//!
//! ```text
//! btree ──emit(|| Split{..})──► Events ──► Arc<dyn Sink>      with a sink: the closure runs, the sink gets &dyn Event
//!                                  └─────► (none)             without: one test of a pointer, the closure does not run
//! ```
//!
//! Transcripts, the tour and golden tests are made of events, never of prints.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Something that happened inside a crate. Its `Display` is one line for people.
pub trait Event: fmt::Display + fmt::Debug + Send + Any {
    /// Returns crate and kind, e.g. `"btree.split"`.
    fn kind(&self) -> &'static str;
    /// For sinks that downcast to one event type.
    fn as_any(&self) -> &dyn Any;
}

/// Receives events. Called with latches held: it must not call back into the crate and must not wait.
pub trait Sink: Send + Sync {
    /// Called right after `event` happened.
    fn event(&self, event: &dyn Event);
}

/// The destination of a crate's events: one sink, or none.
#[derive(Clone, Default)]
pub struct Events(Option<Arc<dyn Sink>>);

impl Events {
    /// Drops all events.
    pub fn none() -> Events {
        Events(None)
    }

    /// Sends all events to `sink`.
    pub fn to(sink: Arc<dyn Sink>) -> Events {
        Events(Some(sink))
    }

    /// True if there is a sink.
    pub fn on(&self) -> bool {
        self.0.is_some()
    }

    /// Builds the event and sends it, if there is a sink; otherwise `make` does not run.
    #[inline]
    pub fn emit<E: Event>(&self, make: impl FnOnce() -> E) {
        if let Some(sink) = &self.0 {
            sink.event(&make());
        }
    }

    /// Passes on an event that another sink received.
    pub fn forward(&self, event: &dyn Event) {
        if let Some(sink) = &self.0 {
            sink.event(event);
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.on() { "Events(on)" } else { "Events(off)" })
    }
}

/// A sink that collects the events' lines, for tests and examples.
#[derive(Default)]
pub struct Lines(crate::sync::Mutex<Vec<String>>);

impl Lines {
    /// Removes and returns the lines so far (`kind: text`).
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }
}

impl Sink for Lines {
    fn event(&self, event: &dyn Event) {
        self.0.lock().push(format!("{}: {event}", event.kind()));
    }
}

/// Declares an event type: a struct with public documented fields, its kind and its line.
///
/// ```
/// innolab_base::event! {
///     /// A page was split.
///     pub struct Split "btree.split" {
///         /// The page that was full.
///         page: u32,
///     } => |e, f| write!(f, "page {} splits", e.page)
/// }
/// let lines = std::sync::Arc::new(innolab_base::event::Lines::default());
/// innolab_base::Events::to(lines.clone()).emit(|| Split { page: 3 });
/// assert_eq!(lines.take(), ["btree.split: page 3 splits"]);
/// ```
#[macro_export]
macro_rules! event {
    ($(#[$doc:meta])* pub struct $name:ident $kind:literal { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? } => |$e:ident, $f:ident| $show:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, $f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let $e = self;
                $show
            }
        }

        impl $crate::Event for $name {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn as_any(&self) -> &dyn ::std::any::Any {
                self
            }
        }
    };
}
