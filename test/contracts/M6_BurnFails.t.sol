// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Fixture} from "./support/Fixture.sol";

/// A token without `burn` that blocks accounts, as some issued currencies do.
contract IssuedToken is ERC20("Issued", "I") {
    mapping(address account => bool) public blocked;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function block_(address account) external {
        blocked[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!blocked[from] && !blocked[to], "blocked");
        super._update(from, to, amount);
    }
}

contract MinterBurns is IssuedToken {
    address private immutable _minter = msg.sender;

    function burn(uint256 amount) external {
        require(msg.sender == _minter, "not a minter");
        _burn(msg.sender, amount);
    }
}

contract PretendsToBurn is IssuedToken {
    fallback() external {}
}

contract BurnsHalf is IssuedToken {
    function burn(uint256 amount) external {
        _burn(msg.sender, amount / 2);
    }
}

/// Whatever the token does with `burn`, faults are judged: what is not burned goes to an address without a key.
abstract contract BurnFailsTest is Fixture {
    address private constant DEAD = 0x000000000000000000000000000000000000dEaD;
    Node private op;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("op");
        member("a", BOND);
        skip(1);
        task = createTask(op);
    }

    /// What the token destroys of `amount`.
    function burnt(uint256 amount) internal pure virtual returns (uint256) {
        amount;
        return 0;
    }

    function test_M6_aLieIsRejected() public {
        (uint64 round,) = postNext(op, task);
        // What the token left of the member's joining fee.
        if (vault.owed(DEAD) != 0) vault.collect(DEAD);
        (uint256 supply, uint256 fee) = (token.totalSupply(), token.balanceOf(DEAD));
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
        uint256 bounty = vault.owed(watcher);
        uint256 rest = FALSE_CLAIM - bounty - burnt(FALSE_CLAIM - bounty);
        assertEq(supply - token.totalSupply(), burnt(FALSE_CLAIM - bounty));
        assertEq(vault.owed(DEAD), rest);
        if (rest != 0) assertEq(vault.collect(DEAD), rest);
        assertEq(token.balanceOf(DEAD), fee + rest);
        vault.collect(watcher);
        assertEq(token.balanceOf(watcher), bounty);
        assertEq(token.balanceOf(address(vault)), OPERATOR_BOND + BOND - FALSE_CLAIM);
    }

    function test_M6_aRoundFails() public {
        failRound(task);
        assertEq(ledger.current(task).round, 2);
    }

    /// A recipient that the token blocks stops nobody else.
    function test_M6_aBlockedRecipientStopsNothing() public {
        (uint64 round,) = postNext(op, task);
        IssuedToken(address(token)).block_(watcher);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        assertEq(uint8(ledger.round(task, round).status), uint8(IRoundLedger.RoundStatus.Void));
        assertGt(vault.owed(watcher), 0);
        vm.expectRevert("blocked");
        vault.collect(watcher);
    }
}

contract WithoutBurnTest is BurnFailsTest {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new IssuedToken()));
    }
}

contract MinterBurnsTest is BurnFailsTest {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new MinterBurns()));
    }
}

contract PretendsToBurnTest is BurnFailsTest {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new PretendsToBurn()));
    }
}

contract BurnsHalfTest is BurnFailsTest {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new BurnsHalf()));
    }

    function burnt(uint256 amount) internal pure override returns (uint256) {
        return amount / 2;
    }
}

/// collect
/// ├── pays once, whoever calls
/// └── nothing owed → reverts
contract CollectTest is Fixture {
    function test_collect_paysOnce() public {
        quietTask();
        Node memory n = member("a", BOND);
        slash(n.owner, BOND, watcher, 2000);
        assertEq(vault.owedTotal(), BOND / 5);
        vm.expectEmit(address(vault));
        emit IPayouts.Collected(watcher, BOND / 5);
        vm.prank(judge);
        assertEq(vault.collect(watcher), BOND / 5);
        assertEq(token.balanceOf(watcher), BOND / 5);
        assertEq(vault.owedTotal(), 0);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingOwed.selector, watcher));
        vault.collect(watcher);
    }
}
