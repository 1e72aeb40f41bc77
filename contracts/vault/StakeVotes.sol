// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IStakeVotes} from "../interfaces/IStakeVotes.sol";
import {History} from "../lib/History.sol";
import {QuorateDomain} from "../lib/QuorateDomain.sol";

/// @dev Behaviour: see `IStakeVotes`; delegating is in `Delegation`. Votes are not stored: an account's own votes are the stake history that round
/// snapshots use. A member that delegates nothing therefore pays nothing for its votes. This contract keeps only the
/// stake that was delegated to an account, and the times when an account's own stake was delegated away. OpenZeppelin's
/// `Votes` would keep a second copy of every history, and it makes nobody a voter before a first transaction.
abstract contract StakeVotes is IStakeVotes, QuorateDomain {
    using Checkpoints for Checkpoints.Trace208;
    using History for Checkpoints.Trace208;

    /// @custom:storage-location erc7201:quorate.storage.StakeVotes
    struct VotesStorage {
        // Zero: itself.
        mapping(address owner => address) delegatee;
        mapping(address owner => uint256) nonces;
        // Stake of others that an account votes with.
        mapping(address delegatee => Checkpoints.Trace208) received;
        // 1 while the account's own stake is with another delegate.
        mapping(address owner => Checkpoints.Trace208) away;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.StakeVotes")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x3d557783494612bebb9e130260fa1487323c3c1e77907185a1ae2466a71acf00;

    uint208 internal constant _HOME = 0;
    uint208 internal constant _AWAY = 1;

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function clock() external view returns (uint48) {
        return uint48(block.timestamp);
    }

    // The name is that of ERC-6372.
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IStakeVotes
    function nonces(address owner_) external view returns (uint256) {
        return _votes().nonces[owner_];
    }

    function delegates(address owner_) external view returns (address) {
        return _delegateOf(_votes(), owner_);
    }

    function getVotes(address voter) external view returns (uint256) {
        VotesStorage storage $ = _votes();
        uint256 own = _delegateOf($, voter) == voter ? _stakeHistory(voter).latest() : 0;
        return own + $.received[voter].latest();
    }

    function getPastVotes(address voter, uint256 timepoint) external view returns (uint256) {
        uint48 past = _past(timepoint);
        VotesStorage storage $ = _votes();
        uint256 own = $.away[voter].valueAt(past) == _HOME ? _stakeHistory(voter).valueAt(past) : 0;
        return own + $.received[voter].valueAt(past);
    }

    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        return _totalStakeHistory().valueAt(_past(timepoint));
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev To be called whenever `owner_`'s stake changed.
    function _stakeMoved(address owner_, uint208 previous, uint208 next) internal {
        // The account votes with its own stake only: the usual case reads nothing.
        if (!_everDelegated(owner_)) {
            emit DelegateVotesChanged(owner_, previous, next);
            return;
        }
        VotesStorage storage $ = _votes();
        address to = _delegateOf($, owner_);
        if (to == owner_) {
            uint208 received = $.received[owner_].latest();
            emit DelegateVotesChanged(owner_, received + previous, received + next);
        } else {
            _receive($, to, previous, next);
        }
    }

    /// @dev One account's share in what `to` received goes from `previous` to `next`.
    function _receive(VotesStorage storage $, address to, uint208 previous, uint208 next) internal {
        if (previous == next) return;
        Checkpoints.Trace208 storage trace = $.received[to];
        uint208 before = trace.latest();
        uint208 later = before + next - previous;
        trace.push(uint48(block.timestamp), later);
        uint208 own = _delegateOf($, to) == to ? _stakeHistory(to).latest() : 0;
        emit DelegateVotesChanged(to, own + before, own + later);
    }

    function _delegateOf(VotesStorage storage $, address owner_) internal view returns (address to) {
        to = $.delegatee[owner_];
        if (to == address(0)) to = owner_;
    }

    // ── What the vault knows ──────────────────────────────────────────────────────────────────────────────────────

    /// @dev Stake that counts, by the second from which it does.
    function _stakeHistory(address owner_) internal view virtual returns (Checkpoints.Trace208 storage);

    function _totalStakeHistory() internal view virtual returns (Checkpoints.Trace208 storage);

    /// @dev Refuses a timepoint that is not past.
    function _past(uint256 timepoint) internal view virtual returns (uint48);

    /// @dev Whether the account ever delegated, or others delegated to it. The flag is stored beside a value that a
    /// change of stake reads anyway.
    function _everDelegated(address owner_) internal view virtual returns (bool);

    function _markDelegated(address owner_) internal virtual;

    function _votes() internal pure returns (VotesStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
