//! The calls of a transaction system that the suite makes.

use innolab_base::{TrxId, TrxNo};

/// A transaction system and its views, as the suite calls them: each method is the one of the same name of
/// `innolab_mvcc::TrxSys`, or of its view if it takes one. The macro [`read_views`](crate::read_views!) implements it.
#[allow(missing_docs)] // documented there
pub trait TrxSys {
    type View;
    fn begin(&self) -> TrxId;
    fn number(&self, id: TrxId) -> TrxNo;
    fn end(&self, id: TrxId);
    fn commit(&self, id: TrxId) -> TrxNo;
    fn view(&self, own: Option<TrxId>) -> Self::View;
    fn horizon(&self) -> TrxNo;
    fn seen_by_all(&self, id: TrxId) -> bool;
    fn next_id(&self) -> TrxId;
    fn active(&self) -> Vec<TrxId>;
    fn is_active(&self, id: TrxId) -> bool;
    fn sees(view: &Self::View, id: TrxId) -> bool;
    fn sees_all_up_to(view: &Self::View, id: TrxId) -> bool;
    fn set_own(view: &mut Self::View, id: TrxId);
}

/// Defines a test for each level of [`read_views`](mod@crate::read_views), for a transaction system and its view with the calls
/// of `innolab_mvcc`: `innolab_conformance::read_views!(my_mvcc::TrxSys, my_mvcc::ReadView);`.
#[macro_export]
macro_rules! read_views {
    ($sys:ty, $view:ty) => {
        use innolab_base::{Events, TrxId, TrxNo};
        use $crate::read_views::{Level, TrxSys, check};

        struct Tested($sys);

        impl TrxSys for Tested {
            type View = $view;
            fn begin(&self) -> TrxId {
                self.0.begin()
            }
            fn number(&self, id: TrxId) -> TrxNo {
                self.0.number(id)
            }
            fn end(&self, id: TrxId) {
                self.0.end(id);
            }
            fn commit(&self, id: TrxId) -> TrxNo {
                self.0.commit(id)
            }
            fn view(&self, own: Option<TrxId>) -> $view {
                self.0.view(own)
            }
            fn horizon(&self) -> TrxNo {
                self.0.horizon()
            }
            fn seen_by_all(&self, id: TrxId) -> bool {
                self.0.seen_by_all(id)
            }
            fn next_id(&self) -> TrxId {
                self.0.next_id()
            }
            fn active(&self) -> Vec<TrxId> {
                self.0.active()
            }
            fn is_active(&self, id: TrxId) -> bool {
                self.0.is_active(id)
            }
            fn sees(view: &$view, id: TrxId) -> bool {
                view.sees(id)
            }
            fn sees_all_up_to(view: &$view, id: TrxId) -> bool {
                view.sees_all_up_to(id)
            }
            fn set_own(view: &mut $view, id: TrxId) {
                view.set_own(id);
            }
        }

        fn tested(level: Level) {
            check(level, |next| Tested(<$sys>::new(next, Events::none()))).unwrap_or_else(|broken| panic!("{broken}"));
        }

        #[test]
        fn what_a_view_sees() {
            tested(Level::Views);
        }

        #[test]
        fn the_horizon_keeps_what_views_need() {
            tested(Level::Horizon);
        }

        #[test]
        fn the_horizon_does_not_lag() {
            tested(Level::Tight);
        }
    };
}
