//! How a chain comes to be: branches that grow, are left, and come back.

use alloy_primitives::{B256, U256};
use devchain::Dice;
use domain::{
    block::{Block, BlockRef, Sender},
    event::{Event, EventMeta},
};

use super::traffic::Traffic;

/// What somebody sees who follows.
#[derive(Debug, Clone)]
pub enum Move {
    /// These blocks come on top.
    Grow(Vec<Block>),
    /// So many of the newest blocks go.
    Drop(usize),
}

/// A chain's life.
#[derive(Debug, Clone)]
pub struct Story {
    /// What happens, in order.
    pub moves: Vec<Move>,
    /// The chain in the end.
    pub chain: Vec<Block>,
    /// How many blocks can be taken back.
    pub window: u64,
    /// The largest number of blocks that went at once.
    pub deepest: usize,
    /// How often a branch came back that had been left.
    pub flips: usize,
}

/// A block with what stands after it.
type Grown = (Block, Traffic);

struct Teller {
    dice: Dice,
    chain: Vec<Grown>,
    left: Vec<Vec<Grown>>,
    hashes: u64,
    /// Blocks at or below this height cannot be taken back any more.
    floor: u64,
    story: Story,
}

impl Story {
    /// The story of this seed; its last branch has at least so many events.
    #[must_use]
    pub fn new(seed: u64, events: usize) -> Self {
        let mut dice = Dice::new(seed);
        let window = dice.between(6, 32);
        let (moves, chain) = (Vec::new(), Vec::new());
        let story = Self { moves, chain, window, deepest: 0, flips: 0 };
        let mut teller =
            Teller { dice, chain: Vec::new(), left: Vec::new(), hashes: 0, floor: 0, story };
        // what is far below the head is fetched in one go
        let blocks = teller.dice.between(1, 40);
        teller.grow(blocks, false);
        while teller.events() < events || teller.story.moves.len() < 12 {
            teller.step();
        }
        let blocks = teller.dice.between(1, 3);
        teller.grow(blocks, false);
        let Teller { chain, mut story, .. } = teller;
        story.chain = chain.into_iter().map(|(block, _)| block).collect();
        story
    }

    /// Events of the last branch.
    #[must_use]
    pub fn events(&self) -> usize {
        self.chain.iter().map(|block| block.events.len()).sum()
    }
}

impl Teller {
    fn events(&self) -> usize {
        self.chain.iter().map(|(block, _)| block.events.len()).sum()
    }

    fn height(&self) -> u64 {
        self.chain.last().map_or(0, |(block, _)| block.header.number)
    }

    fn step(&mut self) {
        match self.dice.between(0, 9) {
            0..=5 => {
                let (blocks, empty) = (self.dice.between(1, 6), self.dice.chance(10, 100));
                self.grow(blocks, empty);
            }
            6 | 7 => self.reorg(),
            8 => {
                // a reorg inside the branch that a reorg brought
                self.reorg();
                self.reorg();
            }
            _ => self.flip_back(),
        }
    }

    /// How many blocks can go.
    fn droppable(&self) -> u64 {
        self.height() - self.floor
    }

    fn reorg(&mut self) {
        let most = self.droppable();
        if most == 0 {
            return;
        }
        let depth = if self.dice.chance(8, 100) { most } else { self.dice.between(1, most.min(5)) };
        self.drop_newest(depth);
        // shorter, as long, longer; and now and then with nothing in it
        let (blocks, empty) = (self.dice.between(0, depth + 2), self.dice.chance(30, 100));
        self.grow(blocks, empty);
    }

    /// A branch that was left comes back, if what it stands on is still there.
    fn flip_back(&mut self) {
        let parent = |branch: &[Grown]| branch.first().map(|(block, _)| block.header.parent_hash);
        let place = |branch: &Vec<Grown>| {
            let parent = parent(branch)?;
            self.chain.iter().position(|(block, _)| block.header.hash == parent)
        };
        let most = usize::try_from(self.droppable()).unwrap_or(0);
        let fits = |(index, branch): (usize, &Vec<Grown>)| {
            let depth = self.chain.len().checked_sub(place(branch)? + 1)?;
            (depth > 0 && depth <= most).then_some((index, depth))
        };
        let fitting: Vec<(usize, usize)> = self.left.iter().enumerate().filter_map(fits).collect();
        let Some((index, depth)) = self.dice.pick(&fitting).copied() else { return };
        let branch = self.left.remove(index);
        self.drop_newest(depth as u64);
        self.story.flips += 1;
        self.append(branch);
    }

    fn drop_newest(&mut self, depth: u64) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX).min(self.chain.len());
        let branch = self.chain.split_off(self.chain.len() - depth);
        self.left.push(branch);
        self.story.deepest = self.story.deepest.max(depth);
        self.story.moves.push(Move::Drop(depth));
    }

    fn grow(&mut self, blocks: u64, empty: bool) {
        let mut branch: Vec<Grown> = Vec::new();
        for _ in 0..blocks {
            let tip = branch.last().or(self.chain.last());
            let (parent, mut traffic) =
                tip.map(|(block, traffic)| (block.header, traffic.clone())).unwrap_or((
                    BlockRef {
                        number: 0,
                        hash: B256::ZERO,
                        parent_hash: B256::ZERO,
                        timestamp: 1_700_000_000,
                    },
                    Traffic::default(),
                ));
            let count =
                if empty || self.dice.chance(15, 100) { 0 } else { self.dice.between(1, 9) };
            let count = usize::try_from(count).unwrap_or(0);
            let emitted = traffic.block(&mut self.dice, count);
            self.hashes += 1;
            let gap = *self.dice.pick(&[1, 12, 12, 12, 400, 3_600, 50_000]).unwrap_or(&12);
            let header = BlockRef {
                number: parent.number + 1,
                hash: B256::from(U256::from(self.hashes) + (U256::ONE << 200)),
                parent_hash: parent.hash,
                timestamp: parent.timestamp + gap,
            };
            branch.push((block(header, emitted), traffic));
        }
        self.append(branch);
    }

    fn append(&mut self, branch: Vec<Grown>) {
        if branch.is_empty() {
            return;
        }
        let blocks = branch.iter().map(|(block, _)| block.clone()).collect();
        self.story.moves.push(Move::Grow(blocks));
        self.chain.extend(branch);
        self.floor = self.floor.max(self.height().saturating_sub(self.story.window));
    }
}

fn block(header: BlockRef, emitted: Vec<super::traffic::Emitted>) -> Block {
    let mut senders: Vec<Sender> = emitted
        .iter()
        .map(|(tx_index, ..)| Sender {
            tx_index: *tx_index,
            from: alloy_primitives::Address::with_last_byte(
                u8::try_from(tx_index % 5).unwrap_or(0) + 1,
            ),
            gas_price: 7,
        })
        .collect();
    senders.dedup();
    let hash = U256::from_be_bytes(header.hash.0) << 16;
    let events = (0u32..)
        .zip(emitted)
        .map(|(log_index, (tx_index, address, kind))| {
            let tx_hash = B256::from(hash + U256::from(tx_index));
            Event { meta: EventMeta { address, tx_hash, tx_index, log_index }, kind }
        })
        .collect();
    Block { header, senders, events }
}
