// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A price feed as its readers know it: rounds that count from 1, of which some may never have been answered. The
/// deployer says what the rounds hold; also what no honest feed would say.
contract FeedAggregator {
    struct Round {
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
    }

    uint8 public immutable decimals;
    address public immutable owner;
    string public description;
    uint256 public constant version = 4;
    uint256 public latestRound;
    bool public broken;
    mapping(uint256 => Round) private rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    event NewRound(uint256 indexed roundId, address indexed startedBy, uint256 startedAt);

    error NotOwner(address caller);
    error Broken();

    constructor(uint8 decimals_, string memory description_) {
        owner = msg.sender;
        decimals = decimals_;
        description = description_;
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// A round that is answered now.
    function answer(int256 value) external onlyOwner {
        _answer(value, block.timestamp, block.timestamp);
    }

    /// A round with times of the caller's choice.
    function answerAt(int256 value, uint256 startedAt, uint256 updatedAt) external onlyOwner {
        _answer(value, startedAt, updatedAt);
    }

    /// A round that begins and is never answered.
    function skip() external onlyOwner {
        latestRound += 1;
        emit NewRound(latestRound, msg.sender, block.timestamp);
    }

    /// From now on nothing can be read, or everything again.
    function setBroken(bool broken_) external onlyOwner {
        broken = broken_;
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        if (broken) revert Broken();
        Round storage round = rounds[id];
        return (id, round.answer, round.startedAt, round.updatedAt, id);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(uint80(latestRound));
    }

    function _answer(int256 value, uint256 startedAt, uint256 updatedAt) private {
        uint256 id = ++latestRound;
        rounds[id] = Round(value, startedAt, updatedAt);
        emit NewRound(id, msg.sender, startedAt);
        emit AnswerUpdated(value, id, updatedAt);
    }
}

/// The address that readers keep while the aggregator behind it is replaced. Each aggregator is a phase; a round's id
/// is the phase shifted left by 64 bits, and the aggregator's own id.
contract FeedProxy {
    address public immutable owner;
    uint16 public phaseId;
    mapping(uint16 => address) public phaseAggregators;

    error NotOwner(address caller);
    error NoPhase(uint16 phase);

    constructor(address aggregator_) {
        owner = msg.sender;
        _begin(aggregator_);
    }

    /// Begins a phase.
    function confirmAggregator(address aggregator_) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _begin(aggregator_);
    }

    function aggregator() public view returns (address) {
        return phaseAggregators[phaseId];
    }

    function decimals() external view returns (uint8) {
        return FeedAggregator(aggregator()).decimals();
    }

    function description() external view returns (string memory) {
        return FeedAggregator(aggregator()).description();
    }

    function version() external view returns (uint256) {
        return FeedAggregator(aggregator()).version();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 id, int256 value, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            FeedAggregator(aggregator()).latestRoundData();
        return (_id(phaseId, id), value, startedAt, updatedAt, _id(phaseId, answeredIn));
    }

    function getRoundData(uint80 wanted) external view returns (uint80, int256, uint256, uint256, uint80) {
        uint16 phase = uint16(wanted >> 64);
        address behind = phaseAggregators[phase];
        if (behind == address(0)) revert NoPhase(phase);
        (uint80 id, int256 value, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            FeedAggregator(behind).getRoundData(uint64(wanted));
        return (_id(phase, id), value, startedAt, updatedAt, _id(phase, answeredIn));
    }

    function _begin(address aggregator_) private {
        phaseId += 1;
        phaseAggregators[phaseId] = aggregator_;
    }

    function _id(uint16 phase, uint80 id) private pure returns (uint80) {
        return (uint80(phase) << 64) | id;
    }
}
