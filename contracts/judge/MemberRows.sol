// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Claim, MemberLeaf} from "../lib/Types.sol";
import {Openings} from "./Openings.sol";

/// @notice The members tree as a whole. All rows at once are cheaper than a path for each. Also shows which slots have
/// no row.
library MemberRows {
    /// @notice Reverts unless `rows` are the first `claim.members` rows of the tree and the rest of it is empty.
    function requireAll(Claim calldata claim, MemberLeaf[] calldata rows) internal pure {
        if (rows.length != claim.members) revert IFraudJudge.WrongLength(rows.length, claim.members);
        if (rows.length > 128) revert IFraudJudge.IndexOutOfRange(rows.length, 128);
        bytes32[] memory level = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            level[i] = Openings.memberHash(rows[i]);
        }
        bytes32 empty = 0;
        uint256 count = rows.length;
        for (uint256 depth = 0; depth < 7; ++depth) {
            uint256 above = (count + 1) / 2;
            for (uint256 i = 0; i < above; ++i) {
                level[i] = Hashes.efficientKeccak256(level[2 * i], 2 * i + 1 < count ? level[2 * i + 1] : empty);
            }
            empty = Hashes.efficientKeccak256(empty, empty);
            count = above;
        }
        bytes32 root = count == 0 ? empty : level[0];
        if (root != claim.membersRoot) revert IFraudJudge.NotInTree(root, claim.membersRoot);
    }

    /// @notice The field `commitments` of `Seal` and `Attestation`.
    function commitments(MemberLeaf[] calldata rows) internal pure returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < rows.length; ++i) {
            packed = abi.encodePacked(packed, rows[i].member, rows[i].commitment);
        }
        return keccak256(packed);
    }

    /// @notice Whether no row has this slot. Rows ascend by slot, so two neighbours (or the first or last row) leave no
    /// room for a row between them.
    /// @param around the rows before and after the slot's place, one of them at either end, none in an empty tree
    function absent(Claim calldata claim, uint256 slot, IFraudJudge.MemberOpening[] calldata around)
        internal
        pure
        returns (bool)
    {
        uint256 count = around.length;
        if (count > 2) revert IFraudJudge.WrongLength(count, 2);
        for (uint256 k = 0; k < count; ++k) {
            Openings.requireMember(claim, around[k]);
        }
        if (count == 0) return claim.members == 0;
        uint256 first = around[0].leaf.slot;
        if (count == 2) {
            if (around[1].row != around[0].row + 1) revert IFraudJudge.WrongRow(around[1].row, around[0].row + 1);
            return first < slot && slot < around[1].leaf.slot;
        }
        return (around[0].row == 0 && slot < first) || (around[0].row + 1 == claim.members && slot > first);
    }
}
