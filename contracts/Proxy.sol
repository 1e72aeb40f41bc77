// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Compiled with the rest so that deployments find its bytecode beside theirs.
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
