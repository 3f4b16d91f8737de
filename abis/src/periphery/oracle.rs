//! Price feeds with rounds: what readers of the proxy and of the aggregators behind it call and hear.

use alloy_sol_types::sol;

sol! {
    /// A feed as its readers know it: the proxy and every aggregator answer these.
    #[derive(Debug)]
    interface AggregatorV3 {
        function decimals() external view returns (uint8);
        function description() external view returns (string);
        function version() external view returns (uint256);
        function getRoundData(uint80 roundId) external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
        function latestRoundData() external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

        event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
        event NewRound(uint256 indexed roundId, address indexed startedBy, uint256 startedAt);
    }

    /// The proxy alone: which aggregator it reads, and those of all phases.
    #[derive(Debug)]
    interface AggregatorProxy {
        function aggregator() external view returns (address);
        function phaseId() external view returns (uint16);
        function phaseAggregators(uint16 phase) external view returns (address);
    }

    /// The aggregator of `abis/contracts`, whose deployer says what its rounds hold.
    #[derive(Debug)]
    interface FeedAggregator {
        function answer(int256 value) external;
        function answerAt(int256 value, uint256 startedAt, uint256 updatedAt) external;
        function skip() external;
        function setBroken(bool broken) external;
    }

    /// The proxy of `abis/contracts`.
    #[derive(Debug)]
    interface FeedProxy {
        function confirmAggregator(address aggregator) external;
    }
}
