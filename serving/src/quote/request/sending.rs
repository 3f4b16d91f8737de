//! What a transaction is asked for with.

use abis::routers::{ROUTER, SENDER};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{U48, U160},
};
use api_kit::{parse, problem::Problem};
use async_graphql::Enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All of an amount, in basis points.
const WHOLE: u32 = 10_000;
/// Bytes of a signature at most: contracts have longer ones than keys.
const LONGEST_SIGNATURE: usize = 4_096;

/// Which router carries out a trade.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum RouterKind {
    /// SwapRouter02: V2 and V3.
    SwapRouter02,
    /// Universal Router: all protocols, by Permit2.
    Universal,
}

/// What a simulation finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum StateKind {
    /// The sender's real balance and allowances.
    Real,
    /// As much balance and allowance as the trade wants.
    Overrides,
}

impl RouterKind {
    /// As it is written in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SwapRouter02 => "swapRouter02",
            Self::Universal => "universal",
        }
    }
}

impl StateKind {
    /// As it is written in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Overrides => "overrides",
        }
    }
}

/// The wish for a transaction, unchecked. Without a recipient nothing else may be said.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendRequest<'a> {
    /// Who gets what comes out.
    pub recipient: Option<&'a str>,
    /// Who sends and pays; the recipient unless said.
    pub sender: Option<&'a str>,
    /// Last second in which the transaction may be mined (Unix time).
    pub deadline: Option<u64>,
    /// Basis points of what comes out, for somebody else.
    pub portion_bips: Option<u32>,
    /// Who gets those.
    pub portion_recipient: Option<&'a str>,
    /// `swapRouter02` or `universal`.
    pub router: Option<&'a str>,
    /// A signed allowance of Permit2 for the Universal Router.
    pub permit_signature: Option<&'a str>,
    /// Its amount.
    pub permit_amount: Option<&'a str>,
    /// Until when it is good (Unix time).
    pub permit_expiration: Option<u64>,
    /// Its nonce.
    pub permit_nonce: Option<u64>,
    /// Until when the signature is good (Unix time).
    pub permit_sig_deadline: Option<u64>,
    /// Whether the transaction is tried out.
    pub simulate: bool,
    /// `real` or `overrides`.
    pub simulate_with: Option<&'a str>,
}

/// The transaction that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::quote) struct Wish {
    pub(in crate::quote) recipient: Address,
    pub(in crate::quote) sender: Address,
    pub(in crate::quote) deadline: Option<u64>,
    pub(in crate::quote) portion: Option<PortionWish>,
    pub(in crate::quote) router: Option<RouterKind>,
    pub(in crate::quote) permit: Option<GivenPermit>,
    pub(in crate::quote) simulate: Option<StateKind>,
}

/// A part of what comes out for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::quote) struct PortionWish {
    pub(in crate::quote) bips: u32,
    pub(in crate::quote) recipient: Address,
}

/// A signed allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::quote) struct GivenPermit {
    pub(in crate::quote) signature: Bytes,
    pub(in crate::quote) amount: U160,
    pub(in crate::quote) expiration: U48,
    pub(in crate::quote) nonce: U48,
    pub(in crate::quote) sig_deadline: u64,
}

impl SendRequest<'_> {
    pub(super) fn check(&self) -> Result<Option<Wish>, Problem> {
        let Some(recipient) = self.recipient else {
            return match self.said() {
                None => Ok(None),
                Some(field) => Err(Problem::bad_request(
                    "RECIPIENT_INVALID",
                    format!("`{field}` speaks of a transaction: give its `recipient`, too"),
                )),
            };
        };
        let recipient = account("RECIPIENT_INVALID", "recipient", recipient)?;
        let sender = match self.sender {
            Some(sender) => account("SENDER_INVALID", "sender", sender)?,
            None => recipient,
        };
        Ok(Some(Wish {
            recipient,
            sender,
            deadline: self.deadline,
            portion: self.portion()?,
            router: self.router.map(router).transpose()?,
            permit: self.permit()?,
            simulate: self.simulation()?,
        }))
    }

    /// The first field that only a transaction has.
    fn said(&self) -> Option<&'static str> {
        let fields = [
            ("sender", self.sender.is_some()),
            ("deadline", self.deadline.is_some()),
            ("portionBips", self.portion_bips.is_some()),
            ("portionRecipient", self.portion_recipient.is_some()),
            ("router", self.router.is_some()),
            ("permitSignature", self.permit_signature.is_some()),
            ("simulate", self.simulate),
            ("simulateWith", self.simulate_with.is_some()),
        ];
        fields.into_iter().find_map(|(field, said)| said.then_some(field))
    }

    fn portion(&self) -> Result<Option<PortionWish>, Problem> {
        let invalid = |detail: String| Err(Problem::bad_request("PORTION_INVALID", detail));
        match (self.portion_bips, self.portion_recipient) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                invalid("`portionRecipient` is given without `portionBips`: how much is it?".into())
            }
            (Some(bips), _) if bips > WHOLE => invalid(format!(
                "`portionBips` is {bips}: give at most {WHOLE}, which is all that comes out"
            )),
            (Some(_), None) => {
                invalid("`portionBips` is given without `portionRecipient`: whose is it?".into())
            }
            (Some(bips), Some(recipient)) => {
                let recipient = account("PORTION_INVALID", "portionRecipient", recipient)?;
                Ok((bips > 0).then_some(PortionWish { bips, recipient }))
            }
        }
    }

    fn permit(&self) -> Result<Option<GivenPermit>, Problem> {
        let Some(signature) = self.permit_signature else { return Ok(None) };
        let invalid = |detail: &str| Problem::bad_request("PERMIT_INVALID", detail);
        let signature: Bytes = signature
            .parse()
            .map_err(|_| invalid("`permitSignature` is no hexadecimal text with 0x before it"))?;
        if signature.is_empty() || signature.len() > LONGEST_SIGNATURE {
            return Err(invalid("`permitSignature` is empty or too long"));
        }
        let rest = "with `permitSignature` give `permitAmount`, `permitExpiration`, `permitNonce` and \
                    `permitSigDeadline` as they were signed";
        let (Some(amount), Some(expiration), Some(nonce), Some(sig_deadline)) = (
            self.permit_amount,
            self.permit_expiration,
            self.permit_nonce,
            self.permit_sig_deadline,
        ) else {
            return Err(invalid(rest));
        };
        let amount = parse::uint256("PERMIT_INVALID", "permitAmount", amount)?;
        let amount = U160::checked_from_limbs_slice(amount.as_limbs())
            .ok_or_else(|| invalid("`permitAmount` is more than 160 bits"))?;
        let short = |value: u64, field: &str| {
            U48::checked_from_limbs_slice(U256::from(value).as_limbs())
                .ok_or_else(|| invalid(&format!("`{field}` is more than 48 bits")))
        };
        Ok(Some(GivenPermit {
            signature,
            amount,
            expiration: short(expiration, "permitExpiration")?,
            nonce: short(nonce, "permitNonce")?,
            sig_deadline,
        }))
    }

    fn simulation(&self) -> Result<Option<StateKind>, Problem> {
        let kind = match self.simulate_with {
            None | Some("real") => StateKind::Real,
            Some("overrides") => StateKind::Overrides,
            Some(_) => {
                return Err(Problem::bad_request(
                    "QUERY_INVALID",
                    "`simulateWith` is real or overrides",
                ));
            }
        };
        if self.simulate_with.is_some() && !self.simulate {
            let detail = "`simulateWith` is given without `simulate`";
            return Err(Problem::bad_request("QUERY_INVALID", detail));
        }
        Ok(self.simulate.then_some(kind))
    }
}

fn router(text: &str) -> Result<RouterKind, Problem> {
    match text {
        "swapRouter02" => Ok(RouterKind::SwapRouter02),
        "universal" => Ok(RouterKind::Universal),
        _ => Err(Problem::bad_request("QUERY_INVALID", "`router` is swapRouter02 or universal")),
    }
}

/// An address that can own something.
fn account(code: &'static str, field: &str, text: &str) -> Result<Address, Problem> {
    let address = parse::address_as(code, field, text)?;
    if address.is_zero() || address == SENDER || address == ROUTER {
        let detail = format!("`{field}` is an address that nobody has: tokens sent there are lost");
        return Err(Problem::bad_request(code, detail));
    }
    Ok(address)
}
