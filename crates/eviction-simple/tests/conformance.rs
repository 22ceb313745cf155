//! The policies against the suite. The list claims no counts but resistance to scans: its slack is another one.

mod midpoint {
    use innolab_eviction_simple::replacer::{MidpointLru, Policy};

    innolab_conformance::eviction!(
        |frames| Box::new(MidpointLru::new(frames, 1000)),
        Claims { resists_scans: true, ..Claims::LEAST }
    );

    #[test]
    fn it_chooses_other_victims() {
        assert!(super::victims(&mut MidpointLru::new(128, 0)) != super::victims(&mut *Policy::Midpoint.make(128, 0)));
    }
}

mod clock {
    use innolab_eviction_simple::replacer::{ClockSweep, Policy};

    innolab_conformance::eviction!(
        |frames| Box::new(ClockSweep::new(frames)),
        Claims::of(innolab_eviction_simple::replacer::Policy::Clock)
    );

    #[test]
    fn it_chooses_other_victims() {
        assert!(super::victims(&mut ClockSweep::new(128)) != super::victims(&mut *Policy::Clock.make(128, 0)));
    }
}

/// The victims of a pool of 128 frames, of which every third page was used again before a third of them was replaced.
fn victims(policy: &mut dyn innolab_store::replacer::Replacer) -> Vec<u32> {
    use innolab_base::{PageId, PageNo, SpaceId};
    let load = |policy: &mut dyn innolab_store::replacer::Replacer, frame| {
        policy.loaded(frame, PageId::new(SpaceId(1), PageNo(frame)), 1);
    };
    (0..128).for_each(|frame| load(policy, frame));
    for frame in (0..128).step_by(3) {
        policy.accessed(frame, 1, 1);
    }
    for _ in 0..40 {
        let frame = policy.evict(usize::MAX, &mut |_| true).expect("the pool is full");
        load(policy, frame);
    }
    (0..100).filter_map(|_| policy.evict(usize::MAX, &mut |_| true)).collect()
}
