//! My eviction policy against the contract.

innolab_conformance::eviction!(innolab_my_eviction::make, Claims::LEAST);
