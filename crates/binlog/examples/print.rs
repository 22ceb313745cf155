//! Prints log files, whichever server wrote them: `cargo run -p innolab-binlog --example print FILE…`.

use innolab_binlog::Reader;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let mut reader = Reader::over(&path, std::fs::read(&path)?)?;
        println!("{path}");
        while let Some(entry) = reader.next_entry()? {
            println!("{}", entry.to_string().trim_end());
        }
        if let Some(torn) = reader.torn() {
            println!("{:>8}  torn: {} bytes are left, {}", torn.offset, torn.bytes, torn.rule);
        }
    }
    Ok(())
}
