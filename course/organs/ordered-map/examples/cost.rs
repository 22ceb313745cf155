//! What a fixed workload costs with my ordered map, beside our B+ tree: bytes and syncs.

use innolab_btree::Kv;
use innolab_conformance::{beside, ordered_map};
use innolab_store::Options;

innolab_conformance::ordered_map_calls!(Ours, Kv);
innolab_conformance::ordered_map_calls!(Mine, innolab_my_ordered_map::Map);

fn main() -> Result<(), String> {
    let options = || Options {
        innodb_buffer_pool_size: 1 << 20,
        innodb_log_file_size: 2 << 20,
        background: false,
        ..Options::default()
    };
    let ours = ordered_map::costs(|disk| Kv::open(disk, options()).map(Ours).map_err(|error| error.to_string()))?;
    let mine =
        ordered_map::costs(|disk| innolab_my_ordered_map::open(disk).map(Mine).map_err(|error| error.to_string()))?;
    print!("{}", beside(&[("ours", ours), ("mine", mine)]));
    Ok(())
}
