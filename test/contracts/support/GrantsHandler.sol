// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../../contracts/interfaces/IBurnableERC20.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../../contracts/lib/Types.sol";
import {IDataGrants} from "../../../contracts/market/IDataGrants.sol";
import {GrantsFixture} from "./GrantsFixture.sol";
import {HookToken} from "./HookToken.sol";

/// @notice Random moves of two owners and three members, and what they should have added up to.
contract GrantsHandler is GrantsFixture {
    struct Answer {
        uint40 time;
        uint256 bits;
    }

    /// Everything that anybody paid in, and everything that left.
    uint256 public paidIn;
    uint256 public paidOut;
    /// What owners earned, counted here.
    uint256 public earned;
    uint256 public charges;
    bytes32[] private _all;
    bytes32[] private _dataSets;
    uint64[] private _rounds;
    mapping(uint64 round => Claim) private _claims;
    mapping(bytes32 grant_ => mapping(uint64 round => uint256)) private _times;
    Answer[] private _answers;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function setUp() public override {
        super.setUp();
        _dataSets.push(register(hospital, "scans"));
        _dataSets.push(register(hospital, "films"));
        _dataSets.push(register(clinic, "cells"));
    }

    function grant(uint256 set, uint256 who, uint24 time, uint128 price) external {
        bytes32 dataSet = _dataSets[set % 3];
        address owner = grants.dataSetOf(dataSet).owner;
        address grantee = nodes[who % 3].owner;
        bytes32[] memory before = grants.grantsOf(owner, task, grantee);
        if (before.length >= grants.MAX_GRANTS()) return;
        for (uint256 i = 0; i < before.length; ++i) {
            IDataGrants.Grant memory other = grants.grantOf(before[i]);
            if (other.dataSet == dataSet && other.until > block.timestamp) return;
        }
        vm.prank(owner);
        _all.push(
            grants.grant(
                dataSet, task, grantee, uint40(block.timestamp + 1 + time % 1 days), price % 4 == 0 ? 0 : price % 1e20
            )
        );
    }

    function payIn(uint256 which, uint128 amount) external {
        if (_all.length == 0) return;
        bytes32 given = _all[which % _all.length];
        IDataGrants.Grant memory g = grants.grantOf(given);
        if (g.price == 0 || block.timestamp >= g.until) return;
        amount = uint128(bound(amount, g.price, 1e21));
        pay(given, amount);
        paidIn += amount;
    }

    function revoke(uint256 which, bool byOwner) external {
        if (_all.length == 0) return;
        bytes32 given = _all[which % _all.length];
        IDataGrants.Grant memory g = grants.grantOf(given);
        if (block.timestamp >= g.until) return;
        vm.prank(byOwner ? grants.dataSetOf(g.dataSet).owner : g.grantee);
        grants.revoke(given);
    }

    function playRound() external {
        (uint64 round, Claim memory claim) = play();
        _rounds.push(round);
        _claims[round] = claim;
        grants.note(task, round);
    }

    /// Charges whatever it can of a grant: every round that is under it.
    function chargeAll(uint256 which) external {
        if (_all.length == 0) return;
        bytes32 given = _all[which % _all.length];
        for (uint256 i = 0; i < _rounds.length; ++i) {
            _charge(given, _rounds[i]);
        }
    }

    function _charge(bytes32 given, uint64 round) private {
        IDataGrants.Grant memory g = grants.grantOf(given);
        IRoundLedger.RoundView memory view_ = ledger.round(task, round);
        uint256 row = g.grantee == nodes[0].owner ? 0 : g.grantee == nodes[1].owner ? 1 : 2;
        uint256 time = uint256(view_.openedAt) - 1;
        bool due = view_.status == IRoundLedger.RoundStatus.Final && row != 2 && g.price != 0 && g.from != 0
            && g.from <= time && time < g.until && g.left >= g.price && _times[given][round] == 0;
        try this.chargeFor(given, round, row) {
            assertTrue(due, "charged what was not due");
            ++_times[given][round];
            ++charges;
            earned += g.price;
        } catch {
            assertFalse(due, "refused what was due");
        }
    }

    function chargeFor(bytes32 given, uint64 round, uint256 row) external {
        require(msg.sender == address(this));
        charge(given, round, _claims[round], row);
    }

    function refund(uint256 which) external {
        if (_all.length == 0) return;
        bytes32 given = _all[which % _all.length];
        IDataGrants.Grant memory g = grants.grantOf(given);
        if (g.left == 0 || block.timestamp < uint256(g.until) + SETTLEMENT) return;
        grants.refund(given);
    }

    function collect(uint256 who) external {
        address account = who % 5 == 0 ? hospital : who % 5 == 1 ? clinic : nodes[who % 3].owner;
        if (grants.owed(account) == 0) return;
        paidOut += grants.collect(account);
    }

    /// Asks about the last second, and remembers the answer.
    function ask() external {
        skip(1);
        uint40 time = uint40(block.timestamp - 1);
        _answers.push(Answer(time, _bitsAt(time)));
    }

    function pass(uint24 time) external {
        skip(time % 2 hours);
    }

    /// What is paid in and not charged, of all grants.
    function left() external view returns (uint256 sum) {
        for (uint256 i = 0; i < _all.length; ++i) {
            sum += grants.grantOf(_all[i]).left;
        }
    }

    function requirePastUnchanged() external view {
        for (uint256 i = 0; i < _answers.length; ++i) {
            assertEq(_bitsAt(_answers[i].time), _answers[i].bits, "the past changed");
        }
    }

    function contracts() external view returns (IDataGrants, IBurnableERC20) {
        return (grants, token);
    }

    function _bitsAt(uint40 time) private view returns (uint256) {
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (hospital, clinic);
        return grants.grantedAt(owners, task, members(), time);
    }
}
