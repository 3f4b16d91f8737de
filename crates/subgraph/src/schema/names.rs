//! Names of root fields.

/// The name of a type with a small first letter. Marks at its beginning stay.
pub(super) fn singular(of: &str) -> String {
    let mut letters = of.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The English plural of a name.
pub(super) fn plural(singular: &str) -> String {
    let before = singular.chars().rev().nth(1);
    let is_vowel = |letter: char| "aeiou".contains(letter.to_ascii_lowercase());
    if let Some(stem) = singular.strip_suffix('y')
        && before.is_some_and(|letter| !is_vowel(letter))
    {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| singular.ends_with(end));
    format!("{singular}{}", if hisses { "es" } else { "s" })
}
