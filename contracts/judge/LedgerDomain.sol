// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice EIP-712 digests in the domain of a ledger, for contracts that are not the ledger (docs/protocol.md §3).
library LedgerDomain {
    function digest(address ledger, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Quorate"),
                keccak256("2"),
                block.chainid,
                ledger
            )
        );
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }
}
