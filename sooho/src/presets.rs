//! Known deployments: what `preset` of a `[[chain.dex]]` stands for. Each is a file of the same keys.

use crate::config::dex::Written;

#[cfg(test)]
mod tests;

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// Every preset's name and file.
        const PRESETS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("presets/", $name, ".toml")))),+];
    };
}

presets![
    "pancakeswap-v3-bsc",
    "pancakeswap-v3-mainnet",
    "uniswap-v2-mainnet",
    "uniswap-v3-arbitrum-one",
    "uniswap-v3-avalanche",
    "uniswap-v3-base",
    "uniswap-v3-bsc",
    "uniswap-v3-celo",
    "uniswap-v3-mainnet",
    "uniswap-v3-matic",
    "uniswap-v3-optimism",
    "uniswap-v3-unichain",
    "uniswap-v4-arbitrum-one",
    "uniswap-v4-base",
    "uniswap-v4-mainnet",
    "uniswap-v4-unichain",
];

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// What a preset says.
///
/// # Errors
/// There is none of this name; the text names the one that resembles it most.
pub(crate) fn find(name: &str) -> Result<Written, String> {
    let Some((_, text)) = PRESETS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = names().collect();
        let hint = observe::config::nearest(name, &known).map_or_else(
            || format!("the presets are {}", known.join(", ")),
            |nearest| format!("did you mean `{nearest}`?"),
        );
        return Err(format!("there is no preset `{name}`; {hint}"));
    };
    toml::from_str(text)
        .map_err(|error| format!("preset `{name}`: {error}; this is a defect of sooho"))
}
