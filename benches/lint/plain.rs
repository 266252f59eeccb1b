//! What every linter of files must do at the least: walks a tree and reads each file. `benches/lint.py` compiles it with
//! `rustc -O` and measures against it. It prints how many files and bytes it met.

use std::{env, fs, path::PathBuf};

fn main() {
    let mut stack: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (mut files, mut bytes) = (0_usize, 0_usize);
    while let Some(directory) = stack.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                stack.push(entry.path());
            } else if kind.is_file() {
                files += 1;
                bytes += fs::read(entry.path()).map_or(0, |text| text.len());
            }
        }
    }
    println!("{files} files, {bytes} bytes");
}
