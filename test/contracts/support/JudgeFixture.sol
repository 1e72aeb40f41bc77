// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../../contracts/lib/Types.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The judge with the members of test/support/judge/random-round.ts, for the cases that TypeScript writes.
abstract contract JudgeFixture is Fixture {
    /// A claim and calls against it, as test/support/judge/cases.ts encodes it.
    struct Case {
        string name;
        bool fault;
        bytes32 specHash;
        Claim parent;
        Claim claim;
        bytes32 digest;
        address[] forced;
        bytes32[] commitments;
        bytes[] calls;
    }

    address internal fraudJudge;
    Node internal op;

    function setUp() public virtual override {
        super.setUp();
        fraudJudge = deployJudge(address(this));
        judge = fraudJudge;
        op = operator("operator");
        uint128[8] memory stakes = [uint128(100), 100, 100, 150, 333, 1000, 107, 100];
        for (uint256 i = 0; i < 32; ++i) {
            uint256 stake = i < 8 ? stakes[i] : 100 + ((i - 8) % 3) * 50;
            member(string.concat("m", vm.toString(i)), uint128(stake) * 1 ether);
        }
        skip(10);
    }

    /// The test is the judge's court: any challenge window will do.
    function minWindow() external pure returns (uint256) {
        return 1;
    }

    /// The statements in the cases are signed for this address.
    function _ledgerProxy(address implementation, bytes memory call) internal override returns (address where) {
        where = address(uint160(uint256(keccak256("quorate test ledger"))));
        deployCodeTo("ERC1967Proxy.sol", abi.encode(implementation, call), where);
    }

    function decode(bytes memory data) internal pure returns (Case memory) {
        return abi.decode(data, (Case));
    }

    /// Posts the claim as round 2 of task 1, on top of its parent.
    function postBoth(Case memory c) internal {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.specHash = c.specHash;
        config.genesisModelRoot = 0;
        config.rewardPerRound = 10 ether;
        openTask(config);
        skip(100);
        postAs(op, 1, c.parent);
        for (uint256 i = 0; i < c.forced.length; ++i) {
            forceCommit(c.forced[i], 1, 2, c.forced[i], c.commitments[i]);
        }
        skip(100);
        postAs(op, 1, c.claim, c.digest);
    }
}
