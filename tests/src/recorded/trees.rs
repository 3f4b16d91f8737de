//! Trees of real blocks, among which the chain once changed its mind.

use std::{collections::BTreeMap, path::Path};

use alloy_primitives::B256;
use anyhow::{Context, Result, ensure};
use domain::block::BlockRef;
use serde_json::Value;

use super::json::{document, field, value};

/// The set's folder.
pub const SET: &str = "mainnet_reorg_trees";
/// Height of the first block of trees whose heights were not recorded.
const SOME_HEIGHT: u64 = 13_000_000;

/// A tree with one root. The chain in the end is the one to the highest block.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Blocks by hash.
    pub blocks: BTreeMap<B256, BlockRef>,
    /// Blocks in the order in which they became known.
    pub fed: Vec<B256>,
}

/// Blocks that did not stay, from the first that left the chain to a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// Its last block.
    pub leaf: B256,
    /// Height of its first block.
    pub start: u64,
    /// Height of its last block.
    pub end: u64,
}

impl Branch {
    /// How many blocks it has.
    #[must_use]
    pub const fn depth(&self) -> u64 {
        self.end + 1 - self.start
    }
}

/// What a recorder says of a reorg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Lowest height with a block that did not stay.
    pub start: u64,
    /// Highest height with one.
    pub end: u64,
    /// Blocks of the longest branch that did not stay.
    pub depth: u64,
    /// All blocks at these heights.
    pub blocks: u64,
    /// Those that did not stay.
    pub replaced: u64,
}

impl Tree {
    /// The blocks from the root to this one.
    #[must_use]
    pub fn path(&self, to: B256) -> Vec<BlockRef> {
        let block = |hash: &B256| self.blocks.get(hash).copied();
        let mut path: Vec<BlockRef> =
            std::iter::successors(block(&to), |child| block(&child.parent_hash)).collect();
        path.reverse();
        path
    }

    /// The highest block.
    ///
    /// # Errors
    /// When the tree is empty.
    pub fn tip(&self) -> Result<BlockRef> {
        self.blocks.values().max_by_key(|block| block.number).copied().context("an empty tree")
    }

    /// The branches that did not stay.
    ///
    /// # Errors
    /// When the tree is empty.
    pub fn branches(&self) -> Result<Vec<Branch>> {
        let stays = self.path(self.tip()?.hash);
        let leaf = |hash: B256| self.blocks.values().all(|block| block.parent_hash != hash);
        let gone = self.blocks.values().filter(|block| !stays.contains(block) && leaf(block.hash));
        gone.map(|block| {
            let path = self.path(block.hash);
            let first = path.iter().find(|block| !stays.contains(block)).context("no fork")?;
            Ok(Branch { leaf: block.hash, start: first.number, end: block.number })
        })
        .collect()
    }

    /// The tree in figures.
    ///
    /// # Errors
    /// When nothing was replaced.
    pub fn summary(&self) -> Result<Summary> {
        let branches = self.branches()?;
        let stays = self.path(self.tip()?.hash);
        let start = branches.iter().map(|branch| branch.start).min().context("no reorg")?;
        let end = branches.iter().map(|branch| branch.end).max().context("no reorg")?;
        let depth = branches.iter().map(Branch::depth).max().context("no reorg")?;
        let among = self.blocks.values().filter(|block| (start..=end).contains(&block.number));
        let replaced = among.clone().filter(|block| !stays.contains(block)).count();
        let (blocks, replaced) = (u64::try_from(among.count())?, u64::try_from(replaced)?);
        Ok(Summary { start, end, depth, blocks, replaced })
    }
}

/// The trees of a case. With its links recorded there is one. Where only heights are, there is one for each way to link
/// blocks to parents known before them that agrees with what the recorder says of the reorg. None where hashes or heights
/// are missing.
///
/// # Errors
/// When the case cannot be read.
pub fn trees(case: &Value) -> Result<Vec<Tree>> {
    let fed = case["blocks_fed_in_order"].as_array().context("no blocks")?;
    let edges = case["parent_child_edges"].as_array().context("no edges")?;
    let Ok(hashes) = fed.iter().map(|block| field::<B256>(block, "id")).collect::<Result<Vec<_>>>()
    else {
        return Ok(Vec::new());
    };
    if !edges.is_empty() {
        return Ok(vec![linked(hashes, edges)?]);
    }
    let heights = fed.iter().map(|block| field::<u64>(block, "note")).collect::<Result<Vec<_>>>();
    let (Ok(heights), expected @ Value::Object(_)) = (heights, &case["expected"]) else {
        return Ok(Vec::new());
    };
    let wanted = Summary {
        start: field(expected, "StartBlock")?,
        end: field(expected, "EndBlock")?,
        depth: field(expected, "Depth")?,
        blocks: field(expected, "NumBlocks")?,
        replaced: field(expected, "NumReplacedBlocks")?,
    };
    let placed: Vec<(B256, u64)> = hashes.into_iter().zip(heights).collect();
    let all = linkings(&placed);
    Ok(all.into_iter().filter(|tree| tree.summary().is_ok_and(|found| found == wanted)).collect())
}

/// All cases by name.
///
/// # Errors
/// When the file cannot be read.
pub fn cases(folder: &Path) -> Result<Vec<(String, Vec<Tree>)>> {
    let file = document(&folder.join("reorg_testcases.json"))?;
    let cases = file.as_array().context("no cases")?.iter();
    cases.map(|case| Ok((field(case, "name")?, trees(case)?))).collect()
}

fn block(hash: B256, number: u64, parent_hash: B256) -> BlockRef {
    BlockRef { number, hash, parent_hash, timestamp: 1_629_000_000 + number }
}

fn linked(fed: Vec<B256>, edges: &[Value]) -> Result<Tree> {
    let edges = edges
        .iter()
        .map(|edge| Ok((value(&edge[0])?, value(&edge[1])?)))
        .collect::<Result<Vec<(B256, B256)>>>()?;
    let is_child = |hash: &B256| edges.iter().any(|(_, child)| child == hash);
    let root = edges.iter().map(|(parent, _)| *parent).find(|hash| !is_child(hash));
    let root = root.context("a tree without root")?;
    let mut blocks = BTreeMap::from([(root, block(root, SOME_HEIGHT, B256::ZERO))]);
    // each round places the next height; the edges come in no order
    for number in SOME_HEIGHT + 1.. {
        let at = |hash: &B256| blocks.get(hash).is_some_and(|block| block.number + 1 == number);
        let next: Vec<_> = edges.iter().filter(|(parent, _)| at(parent)).collect();
        if next.is_empty() {
            break;
        }
        blocks.extend(
            next.into_iter().map(|(parent, child)| (*child, block(*child, number, *parent))),
        );
    }
    ensure!(blocks.len() == edges.len() + 1, "a tree in pieces");
    Ok(Tree { blocks, fed })
}

fn linkings(fed: &[(B256, u64)]) -> Vec<Tree> {
    let order = fed.iter().map(|(hash, _)| *hash).collect();
    let mut trees = vec![Tree { blocks: BTreeMap::new(), fed: order }];
    for (hash, number) in fed {
        let extended = |tree: &Tree| -> Vec<Tree> {
            let below = tree.blocks.values().filter(|block| block.number + 1 == *number);
            let mut parents: Vec<B256> = below.map(|block| block.hash).collect();
            if tree.blocks.is_empty() {
                parents.push(B256::ZERO);
            }
            let with = |parent: B256| {
                let mut tree = tree.clone();
                tree.blocks.insert(*hash, block(*hash, *number, parent));
                tree
            };
            parents.into_iter().map(with).collect()
        };
        trees = trees.iter().flat_map(extended).collect();
    }
    trees
}
