//! Real reorgs of mainnet through the real indexer: whatever branch it had followed, exactly the blocks of that branch are
//! taken back.

use anyhow::{Context, Result, ensure};
use domain::block::BlockRef;
use indexer::Target;
use sooho::config::ChainConfig;
use store::{Store, testing::dump};
use tests::{
    recorded::{
        self,
        node::BranchNode,
        trees::{Branch, SET, Tree, cases},
    },
    world::World,
};

/// Depths of the branches that did not stay, by case; the names say so, and for the others the recorder's figures. Seven
/// more cases were recorded without the hashes or heights of their blocks.
const DEPTHS: [(&str, &[u64]); 5] = [
    ("Test3xD1", &[1, 1, 1]),
    ("TestD1and2", &[1, 2]),
    ("TestD3", &[3]),
    ("Test_13017535_13017536_d2_b5", &[1, 2]),
    ("Test_13018369_13018370_d2_b4", &[2]),
];

struct Scene<'a> {
    world: &'a World,
    node: &'a BranchNode,
    settings: ChainConfig,
}

impl Scene<'_> {
    fn reverted(&self) -> u64 {
        self.world.metrics.reverted.with_label_values(&[self.settings.name.as_str()]).get()
    }

    /// Lets the indexer catch up with a branch; says where it stands and how many blocks it took back.
    async fn follow(&self, database: &str, path: Vec<BlockRef>) -> Result<(BlockRef, u64, Store)> {
        let before = self.reverted();
        self.node.show(path);
        let store = self.world.index_chain(&self.settings, database, Target::Head).await?;
        let watermark = store.reader().watermark(self.settings.id).await?;
        let stands = watermark.context("nothing was stored")?.block;
        Ok((stands, self.reverted() - before, store))
    }

    /// From one branch that did not stay to the chain that did.
    async fn leave(&self, tree: &Tree, branch: &Branch, database: &str) -> Result<()> {
        let (stands, taken_back, _) = self.follow(database, tree.path(branch.leaf)).await?;
        ensure!((stands.hash, taken_back) == (branch.leaf, 0), "{branch:?}: {stands:?}");
        let tip = tree.tip()?;
        let (now, taken_back, _) = self.follow(database, tree.path(tip.hash)).await?;
        ensure!(now == tip, "{branch:?}: {now:?}");
        // blocks go newest first: so many from the leaf's height down
        let (start, end) = (stands.number + 1 - taken_back, stands.number);
        ensure!((start, end) == (branch.start, branch.end), "{branch:?}: {start} to {end}");
        Ok(())
    }

    /// All blocks in the order in which they became known, as heads; then the same as if only the last chain had been.
    async fn as_it_happened(&self, tree: &Tree, database: &str) -> Result<()> {
        let tip = tree.tip()?;
        let mut height = 0;
        for head in tree.fed.iter().copied().chain([tip.hash]) {
            let path = tree.path(head);
            let last = path.last().context("an empty path")?;
            // a node with a lower head is behind; nothing is taken back for that
            if last.number < height {
                continue;
            }
            let (stands, ..) = self.follow(database, path.clone()).await?;
            ensure!(stands == *last, "{stands:?}, not {last:?}");
            height = stands.number;
        }
        let (.., followed) = self.follow(database, tree.path(tip.hash)).await?;
        let (.., clean) = self.follow(&format!("{database}-clean"), tree.path(tip.hash)).await?;
        let (followed, clean) = (dump(&followed).await?, dump(&clean).await?);
        for (collection, documents) in &clean {
            ensure!(followed.get(collection) == Some(documents), "{collection} differs");
        }
        Ok(())
    }
}

#[tokio::test]
async fn branches_that_did_not_stay_are_taken_back() -> Result<()> {
    let Some(folder) = recorded::set(SET)? else { return Ok(()) };
    let cases: Vec<_> =
        cases(&folder)?.into_iter().filter(|(_, trees)| !trees.is_empty()).collect();
    let names: Vec<_> = cases.iter().map(|(name, _)| name.as_str()).collect();
    ensure!(names.len() == DEPTHS.len(), "{names:?}");
    let (world, node) = (World::start().await?, BranchNode::start().await?);
    for (case, (name, wanted)) in DEPTHS.into_iter().enumerate() {
        let (_, trees) = cases.iter().find(|(found, _)| found == name).context(name)?;
        for tree in trees {
            let mut depths: Vec<u64> = tree.branches()?.iter().map(Branch::depth).collect();
            depths.sort_unstable();
            ensure!(depths == wanted, "{name}: {depths:?}");
        }
        let (first, last) = trees.first().zip(trees.last()).context(name)?;
        let root = first.path(first.tip()?.hash).first().context("no root")?.number;
        let mut settings = world.config("trees")?.chain.remove(0);
        (settings.name, settings.id, settings.start_block) = ("mainnet".into(), 1, root);
        settings.rpc = vec![node.url.clone()];
        let scene = Scene { world: &world, node: &node, settings };
        // as trees the ways to link a case's blocks are alike; what differs is the order of arrival
        for (number, branch) in first.branches()?.iter().enumerate() {
            let database = format!("case-{case}-{number}");
            scene.leave(first, branch, &database).await.context(name)?;
        }
        scene.as_it_happened(first, &format!("case-{case}-first")).await.context(name)?;
        if trees.len() > 1 {
            scene.as_it_happened(last, &format!("case-{case}-last")).await.context(name)?;
        }
    }
    world.stop().await
}
