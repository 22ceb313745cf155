//! Reads `#[doc(alias = "…")]`, the real server's names for our items, from the sources. `docs/innodb-map.md` is made
//! of them.

use std::path::Path;
use syn::visit::{self, Visit};

/// One alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The real server's name.
    pub theirs: String,
    /// Our item: `Type`, `Type::method`, `Enum::Variant`, `Struct.field`.
    pub ours: String,
    /// The first sentence of its documentation; empty if it has none.
    pub summary: String,
}

/// Returns the aliases in the text of one source file, in their order.
/// ERRORS: a syntax error in the text.
pub fn of(text: &str) -> syn::Result<Vec<Alias>> {
    let file = syn::parse_file(text)?;
    let mut found = Found { holders: Vec::new(), aliases: Vec::new() };
    found.visit_file(&file);
    Ok(found.aliases)
}

/// Returns all `.rs` files below a folder, sorted by path.
///
/// # Panics
/// If the folder cannot be read.
pub fn rust_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the folder exists") {
        let path = entry.expect("a readable folder").path();
        match path.is_dir() {
            true => files.extend(rust_files(&path)),
            false if path.extension().is_some_and(|e| e == "rs") => files.push(path),
            false => {}
        }
    }
    files.sort();
    files
}

struct Found {
    /// Names of the types and traits around the item being visited, outermost first.
    holders: Vec<String>,
    aliases: Vec<Alias>,
}

impl Found {
    fn item(&mut self, attributes: &[syn::Attribute], name: &str, joint: &str) {
        let ours = match self.holders.last() {
            Some(holder) => format!("{holder}{joint}{name}"),
            None => name.to_owned(),
        };
        let summary = first_sentence(attributes);
        for theirs in attributes.iter().filter_map(alias) {
            self.aliases.push(Alias { theirs, ours: ours.clone(), summary: summary.clone() });
        }
    }

    fn inside(&mut self, holder: String, visit: impl FnOnce(&mut Found)) {
        self.holders.push(holder);
        visit(self);
        self.holders.pop();
    }
}

fn alias(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::List(list) = &attribute.meta else { return None };
    let named: syn::MetaNameValue = list.path.is_ident("doc").then(|| list.parse_args().ok())??;
    match named.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if named.path.is_ident("alias") => {
            Some(text.value())
        }
        _ => None,
    }
}

/// Returns the first sentence of the doc comment on one line, with links as plain code.
fn first_sentence(attributes: &[syn::Attribute]) -> String {
    let line = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::NameValue(named) if named.path.is_ident("doc") => match &named.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    };
    let lines: Vec<String> = attributes.iter().filter_map(line).take_while(|line| !line.is_empty()).collect();
    let text = lines.join(" ");
    let end = text.find(". ").or_else(|| text.find(": ")).map_or(text.len(), |at| at + 1);
    text[..end].trim_end_matches([':', '.']).replace("[`", "`").replace("`]", "`").replace('|', "\\|")
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.item(&item.attrs, &item.sig.ident.to_string(), "::");
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
        self.inside(item.ident.to_string(), |found| visit::visit_item_struct(found, item));
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
        self.inside(item.ident.to_string(), |found| visit::visit_item_enum(found, item));
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
        self.inside(item.ident.to_string(), |found| visit::visit_item_trait(found, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
        visit::visit_item_mod(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let holder = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.inside(holder.unwrap_or_default(), |found| visit::visit_item_impl(found, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.item(&item.attrs, &item.sig.ident.to_string(), "::");
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.item(&item.attrs, &item.sig.ident.to_string(), "::");
    }

    fn visit_variant(&mut self, item: &'ast syn::Variant) {
        self.item(&item.attrs, &item.ident.to_string(), "::");
        visit::visit_variant(self, item);
    }

    fn visit_field(&mut self, item: &'ast syn::Field) {
        if let Some(name) = &item.ident {
            self.item(&item.attrs, &name.to_string(), ".");
        }
    }
}
