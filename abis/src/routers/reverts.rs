//! Why a trade reverted: the words of pools and tokens, and the errors of routers, by name.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{Panic, Revert, SolError};

use crate::periphery::{Permit2, PoolManager, UniversalRouter, V4Quoter};

/// Errors inside errors are followed so far.
const DEPTH: usize = 4;
/// Characters of a reason at most.
const LONGEST: usize = 200;

/// What a reason means to somebody who trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Less would come out, or more go in, than was agreed to.
    Slippage,
    /// A token could not be drawn: balance, allowance, or the token's own rules.
    Transfer,
    /// The deadline has passed.
    Deadline,
    /// Anything else.
    Other,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// As the contract says it.
    pub text: String,
    /// What it means.
    pub cause: Cause,
}

impl Reason {
    fn of(text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let cause = cause(&text);
        Self { text, cause }
    }
}

/// The reason in revert data; `None` where it is in no known form.
#[must_use]
pub fn reason(data: &[u8]) -> Option<Reason> {
    inside(data, DEPTH)
}

fn inside(data: &[u8], depth: usize) -> Option<Reason> {
    if let Ok(revert) = Revert::abi_decode(data) {
        return Some(Reason::of(&revert.reason));
    }
    if let Ok(panic) = Panic::abi_decode(data) {
        return Some(Reason::of(&panic.to_string()));
    }
    let depth = depth.checked_sub(1)?;
    if let Ok(failed) = UniversalRouter::ExecutionFailed::abi_decode(data) {
        let within = inside(&failed.message, depth);
        return Some(within.unwrap_or_else(|| {
            Reason::of(&format!("command {} of the router failed", failed.commandIndex))
        }));
    }
    if let Ok(wrapped) = PoolManager::WrappedError::abi_decode(data) {
        return inside(&wrapped.reason, depth)
            .or_else(|| Some(Reason::of(&format!("contract {} reverted", wrapped.target))));
    }
    named(data)
}

/// The errors without contents of their own, and those with numbers and addresses.
fn named(data: &[u8]) -> Option<Reason> {
    let (selector, words) = data.split_first_chunk::<4>()?;
    let signature = KNOWN.iter().find(|(known, _)| known == selector)?.1;
    let (name, kinds) = signature.trim_end_matches(')').split_once('(')?;
    let values: Vec<_> = kinds
        .split(',')
        .zip(words.chunks_exact(32))
        .map(|(kind, word)| match kind {
            "address" => Address::from_slice(&word[12..]).to_string(),
            _ => U256::from_be_slice(word).to_string(),
        })
        .collect();
    if values.is_empty() {
        return Some(Reason::of(name));
    }
    Some(Reason { cause: cause(name), text: format!("{name}({})", values.join(", ")) })
}

macro_rules! known {
    ($($error:ty),* $(,)?) => {
        &[$((<$error as SolError>::SELECTOR, <$error as SolError>::SIGNATURE)),*]
    };
}

const KNOWN: &[([u8; 4], &str)] = known![
    UniversalRouter::TransactionDeadlinePassed,
    UniversalRouter::InvalidEthSender,
    UniversalRouter::InvalidBips,
    UniversalRouter::InsufficientToken,
    UniversalRouter::InsufficientETH,
    UniversalRouter::V2TooLittleReceived,
    UniversalRouter::V2TooMuchRequested,
    UniversalRouter::V2InvalidPath,
    UniversalRouter::V3InvalidSwap,
    UniversalRouter::V3TooLittleReceived,
    UniversalRouter::V3TooMuchRequested,
    UniversalRouter::V3InvalidAmountOut,
    UniversalRouter::V3InvalidCaller,
    UniversalRouter::V4TooLittleReceived,
    UniversalRouter::V4TooMuchRequested,
    UniversalRouter::DeltaNotPositive,
    UniversalRouter::DeltaNotNegative,
    UniversalRouter::InsufficientBalance,
    UniversalRouter::UnsafeCast,
    Permit2::AllowanceExpired,
    Permit2::InsufficientAllowance,
    Permit2::ExcessiveInvalidation,
    Permit2::SignatureExpired,
    Permit2::InvalidNonce,
    Permit2::InvalidSignature,
    Permit2::InvalidSignatureLength,
    Permit2::InvalidSigner,
    Permit2::InvalidContractSignature,
    PoolManager::SwapAmountCannotBeZero,
    PoolManager::CurrencyNotSettled,
    PoolManager::PoolNotInitialized,
    PoolManager::PriceLimitAlreadyExceeded,
    PoolManager::PriceLimitOutOfBounds,
    PoolManager::NotEnoughLiquidity,
    PoolManager::ManagerLocked,
    PoolManager::SafeCastOverflow,
    V4Quoter::NotEnoughLiquidity,
];

fn cause(text: &str) -> Cause {
    match text {
        "V2TooLittleReceived"
        | "V3TooLittleReceived"
        | "V4TooLittleReceived"
        | "V2TooMuchRequested"
        | "V3TooMuchRequested"
        | "V4TooMuchRequested"
        | "V3InvalidAmountOut"
        | "InsufficientToken"
        | "InsufficientETH"
        | "Insufficient token"
        | "Insufficient WETH9"
        | "Too little received"
        | "Too much requested" => Cause::Slippage,
        "STF"
        | "TF"
        | "ST"
        | "IIA"
        | "TRANSFER_FROM_FAILED"
        | "TRANSFER_FAILED"
        | "InsufficientAllowance"
        | "AllowanceExpired"
        | "TransferHelper: TRANSFER_FROM_FAILED"
        | "TransferHelper::transferFrom: transferFrom failed" => Cause::Transfer,
        "TransactionDeadlinePassed" | "Transaction too old" => Cause::Deadline,
        _ => Cause::Other,
    }
}
