//! Reads the arrows between the source files of a crate from the sources, for the test of the floors.
//!
//! ```text
//! src/lib.rs          mod read; pub use read::rule;      a façade: it declares and re-exports; no arrow starts here
//! src/read/scan.rs    use crate::core::trx::Trx;         read/scan.rs ─► core/trx.rs
//!                     crate::codec::Datum::Null          read/scan.rs ─► codec/value.rs, to which the re-export leads
//! ```
//!
//! RULES
//!
//! - **R1** An arrow is a `use` path or a qualified path (also inside a macro call), outside `cfg(test)`, to the file
//!   that *defines* what it names: re-exports are followed. A method call is no arrow: a method's file stands on the
//!   floor of what it imports.
//! - **R2** A file that declares child modules is a façade: it has no items other than `mod` and `use`. `main.rs` is
//!   exempt.
//! - **R3** A module with children is a folder with a `mod.rs`; a child with only tests does not count.
//!
//! Left out: paths in the expansion of macros, and names that a `use` inside a function renames (the `use` itself
//! counts).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// One source file.
#[derive(Debug)]
pub struct File {
    /// Its path below `src/`, with `/`.
    pub path: String,
    /// Arrows: the files of the same crate that define items which this file names, by index, with the names.
    pub arrows: BTreeMap<usize, BTreeSet<String>>,
    /// First segments of paths that lead out of the crate: `innolab_engine`, `std`.
    pub outside: BTreeSet<String>,
    /// True if the file declares child modules outside `cfg(test)`.
    pub is_facade: bool,
    /// Names of its items other than `mod` and `use`.
    pub own_items: Vec<String>,
}

/// The files of one crate, in the order of their paths, and the arrows between them.
#[derive(Debug)]
pub struct Crate {
    /// The files reachable from `lib.rs` or `main.rs` by `mod`.
    pub files: Vec<File>,
}

/// A module: a file, or an inline module of one.
struct Module {
    file: usize,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// Items to search for paths.
    body: Vec<syn::Item>,
}

/// One leaf of a `use` tree: `path as name`, or `path::*`.
struct Use {
    name: String,
    path: Vec<String>,
    is_glob: bool,
}

/// The target of a path.
enum Target {
    /// A module, by index.
    Module(usize),
    /// An item in the file with this index.
    Item(usize),
}

impl Crate {
    /// Reads the crate with its sources in `src`.
    /// ERRORS: the path of a file that cannot be read or parsed, and why.
    pub fn read(src: &Path) -> Result<Crate, String> {
        let root = ["lib.rs", "main.rs"].map(|name| src.join(name)).into_iter().find(|path| path.exists());
        let root = root.ok_or_else(|| format!("{}: neither lib.rs nor main.rs", src.display()))?;
        let mut reader = Reader { src: src.to_owned(), files: Vec::new(), modules: Vec::new() };
        reader.file(&root, None)?;
        Ok(Crate { files: reader.arrows() })
    }

    /// Returns the circles, each as the list of its arrows in text. A circle is a largest set of files that reach each
    /// other.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reach: Vec<BTreeSet<usize>> = (0..self.files.len()).map(|from| self.reachable(from)).collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for from in 0..self.files.len() {
            let circle: Vec<usize> = reach[from].iter().copied().filter(|to| reach[*to].contains(&from)).collect();
            if !reach[from].contains(&from) || !seen.insert(circle.clone()) {
                continue;
            }
            let arrow = |from: usize, to: usize| {
                let names = self.files[from].arrows.get(&to)?;
                let names = names.iter().cloned().collect::<Vec<_>>().join(", ");
                Some(format!("{} -> {}: {names}", self.files[from].path, self.files[to].path))
            };
            circles.push(circle.iter().flat_map(|a| circle.iter().filter_map(move |b| arrow(*a, *b))).collect());
        }
        circles
    }

    fn reachable(&self, from: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut next = vec![from];
        while let Some(file) = next.pop() {
            next.extend(self.files[file].arrows.keys().filter(|to| found.insert(**to)));
        }
        found
    }
}

struct Reader {
    src: PathBuf,
    files: Vec<File>,
    modules: Vec<Module>,
}

impl Reader {
    /// Reads a file and the files of its child modules. Returns the index of its module.
    fn file(&mut self, path: &Path, parent: Option<usize>) -> Result<usize, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let below = path.strip_prefix(&self.src).unwrap_or(path);
        let name = below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let (is_main, file) = (name == "main.rs", self.files.len());
        self.files.push(File {
            path: name,
            arrows: BTreeMap::new(),
            outside: BTreeSet::new(),
            is_facade: false,
            own_items: Vec::new(),
        });
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let dir = path.parent().unwrap_or(&self.src);
        let dir = if ["lib", "main", "mod"].contains(&stem.as_str()) { dir.to_owned() } else { dir.join(stem) };
        let module = self.module(file, parent, parsed.items, &dir)?;
        self.files[file].is_facade &= !is_main;
        Ok(module)
    }

    /// Adds a module with these items; the files of its children are in `dir`. Returns its index.
    fn module(
        &mut self,
        file: usize,
        parent: Option<usize>,
        items: Vec<syn::Item>,
        dir: &Path,
    ) -> Result<usize, String> {
        let id = self.modules.len();
        let (children, uses, body) = (BTreeMap::new(), Vec::new(), Vec::new());
        self.modules.push(Module { file, parent, children, items: BTreeSet::new(), uses, body });
        for item in items {
            if attributes(&item).is_some_and(is_test_only) {
                continue;
            }
            match item {
                syn::Item::Mod(item) => {
                    let name = item.ident.to_string();
                    let child = match item.content {
                        Some((_, items)) => self.module(file, Some(id), items, &dir.join(&name))?,
                        None => {
                            self.files[file].is_facade = true;
                            let (plain, folder) = (dir.join(format!("{name}.rs")), dir.join(&name).join("mod.rs"));
                            self.file(if plain.exists() { &plain } else { &folder }, Some(id))?
                        }
                    };
                    self.modules[id].children.insert(name, child);
                }
                syn::Item::Use(item) => {
                    leaves(&item.tree, &mut Vec::new(), &mut self.modules[id].uses);
                    self.modules[id].body.push(syn::Item::Use(item));
                }
                item => {
                    if let Some(name) = defines(&item) {
                        self.modules[id].items.insert(name);
                    }
                    let what = defines(&item).unwrap_or_else(|| "impl".to_owned());
                    self.files[file].own_items.push(what);
                    self.modules[id].body.push(item);
                }
            }
        }
        Ok(id)
    }

    /// Resolves `path` as written in `module`. Returns `None` if it leads out of the crate.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        if depth > 24 {
            return None;
        }
        let here = &self.modules[module];
        match first.as_str() {
            "crate" => return self.below(0, rest, depth),
            "self" => return self.below(module, rest, depth),
            "super" => return self.below(here.parent?, rest, depth),
            _ => {}
        }
        self.below(module, path, depth)
    }

    /// Resolves `path` among the children, items and imports of `module`.
    fn below(&self, module: usize, path: &[String], depth: usize) -> Option<Target> {
        let Some((first, rest)) = path.split_first() else { return Some(Target::Module(module)) };
        let here = &self.modules[module];
        if depth > 24 {
            return None;
        }
        if first == "super" {
            return self.below(here.parent?, rest, depth + 1);
        }
        if first == "self" {
            return self.below(module, rest, depth + 1);
        }
        // A function may have the name of a module: the last segment of a path then means the function.
        if rest.is_empty() && here.items.contains(first) {
            return Some(Target::Item(here.file));
        }
        if let Some(child) = here.children.get(first) {
            return self.below(*child, rest, depth + 1);
        }
        if here.items.contains(first) {
            return Some(Target::Item(here.file));
        }
        // `use x` of an external crate `x` would lead to itself for ever.
        for import in here.uses.iter().filter(|import| !import.is_glob && import.name == *first) {
            if import.path != [first.clone()] {
                let path: Vec<String> = import.path.iter().chain(rest).cloned().collect();
                return self.resolve(module, &path, depth + 1);
            }
        }
        for import in here.uses.iter().filter(|import| import.is_glob) {
            if import.path.first().is_some_and(|first| ["crate", "self", "super"].contains(&first.as_str()))
                && let Some(Target::Module(from)) = self.resolve(module, &import.path, depth + 1)
                && from != module
                && let Some(found) = self.below(from, path, depth + 1)
            {
                return Some(found);
            }
        }
        None
    }

    fn arrows(mut self) -> Vec<File> {
        for module in 0..self.modules.len() {
            let mut paths = Paths::default();
            self.modules[module].body.iter().for_each(|item| paths.visit_item(item));
            let from = self.modules[module].file;
            for path in paths.found {
                let to = match self.resolve(module, &path, 0) {
                    Some(Target::Item(file)) => file,
                    Some(Target::Module(to)) => self.modules[to].file,
                    None => {
                        self.files[from].outside.insert(path[0].clone());
                        continue;
                    }
                };
                if to != from && !self.files[from].is_facade {
                    let name = path.last().cloned().unwrap_or_default();
                    self.files[from].arrows.entry(to).or_default().insert(name);
                }
            }
        }
        self.files
    }
}

/// Collects all paths of two or more segments, and all leaves of `use` trees.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !attributes(item).is_some_and(is_test_only) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut uses = Vec::new();
        leaves(&item.tree, &mut Vec::new(), &mut uses);
        self.found.extend(uses.into_iter().map(|leaf| leaf.path));
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes = match item {
            syn::ImplItem::Fn(item) => &item.attrs,
            syn::ImplItem::Const(item) => &item.attrs,
            syn::ImplItem::Type(item) => &item.attrs,
            _ => return visit::visit_impl_item(self, item),
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.found.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }
}

impl Paths {
    /// Collects paths in the tokens of a macro call: identifiers joined by `::`.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        use proc_macro2::TokenTree;
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 || path.is_empty() => {
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() && colons < 2 => colons += 1,
                token => {
                    self.end(&mut path);
                    colons = 0;
                    match token {
                        TokenTree::Ident(ident) => path.push(ident.to_string()),
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        _ => {}
                    }
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.found.push(path);
        }
    }
}

fn leaves(tree: &syn::UseTree, prefix: &mut Vec<String>, out: &mut Vec<Use>) {
    let leaf = |last: String, name: String, prefix: &[String]| {
        // `use a::{self}` names `a`.
        let path = if last == "self" && !prefix.is_empty() { prefix.to_vec() } else { [prefix, &[last]].concat() };
        let name = if name == "self" { prefix.last().cloned().unwrap_or_default() } else { name };
        Use { name, path, is_glob: false }
    };
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            leaves(&path.tree, prefix, out);
            prefix.pop();
        }
        syn::UseTree::Name(name) => out.push(leaf(name.ident.to_string(), name.ident.to_string(), prefix)),
        syn::UseTree::Rename(to) => out.push(leaf(to.ident.to_string(), to.rename.to_string(), prefix)),
        syn::UseTree::Glob(_) => out.push(Use { name: "*".to_owned(), path: prefix.clone(), is_glob: true }),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, prefix, out)),
    }
}

/// Returns the name that an item defines in its module, if any.
fn defines(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn attributes(item: &syn::Item) -> Option<&[syn::Attribute]> {
    Some(match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => return None,
    })
}

/// True for `#[cfg(test)]` and `#[cfg(all(test, …))]`.
fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            let text = list.tokens.to_string();
            text == "test" || text.starts_with("all (test")
        }
        _ => false,
    })
}
