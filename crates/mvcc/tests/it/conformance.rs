//! Read views and the horizon against their conformance suite.

innolab_conformance::read_views!(innolab_mvcc::TrxSys, innolab_mvcc::ReadView);
