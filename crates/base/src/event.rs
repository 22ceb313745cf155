//! How a crate tells what it does: typed events, handed to a sink.
//!
//! ```text
//! btree ──emit(|| Split{..})──► Events ──► Arc<dyn Sink>      a sink is there: the closure runs, the sink gets &dyn Event
//!                                  └─────► (none)             no sink: one test of a pointer, the closure never runs
//! ```
//!
//! Transcripts, the tour and golden tests are made of these, never of prints.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Something that happened in an organ. Its `Display` is one line for people.
pub trait Event: fmt::Display + fmt::Debug + Send + Any {
    /// The organ and the kind, e.g. `"btree.split"`.
    fn kind(&self) -> &'static str;
    /// For sinks that look for one type.
    fn as_any(&self) -> &dyn Any;
}

/// Gets events. Called with latches held: it must not call back into the organ and must not wait.
pub trait Sink: Send + Sync {
    /// `event` has just happened.
    fn event(&self, event: &dyn Event);
}

/// Where a crate's events go: a sink or nowhere.
#[derive(Clone, Default)]
pub struct Events(Option<Arc<dyn Sink>>);

impl Events {
    /// Nowhere.
    pub fn none() -> Events {
        Events(None)
    }

    /// To `sink`.
    pub fn to(sink: Arc<dyn Sink>) -> Events {
        Events(Some(sink))
    }

    /// Whether anybody listens.
    pub fn on(&self) -> bool {
        self.0.is_some()
    }

    /// Makes the event and hands it on, if somebody listens.
    #[inline]
    pub fn emit<E: Event>(&self, make: impl FnOnce() -> E) {
        if let Some(sink) = &self.0 {
            sink.event(&make());
        }
    }

    /// Hands on what another sink has got.
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

/// A sink that keeps the lines, for tests and examples.
#[derive(Default)]
pub struct Lines(crate::sync::Mutex<Vec<String>>);

impl Lines {
    /// The lines so far (`kind: text`), which are forgotten here.
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
