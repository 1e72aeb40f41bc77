// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// @notice A token that anybody mints: for demonstrations.
contract Coin {
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    error TooLittle(uint256 has, uint256 needs);

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        if (balanceOf[from] < amount) revert TooLittle(balanceOf[from], amount);
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Buys and sells the asset at a price: it stands for a market.
contract Desk {
    Coin public immutable cash;
    Coin public immutable asset;
    /// Cash for one asset, both in their smallest units, times 2^32.
    uint128 public price;

    constructor(Coin cash_, Coin asset_) {
        (cash, asset) = (cash_, asset_);
    }

    function setPrice(uint128 price_) external {
        price = price_;
    }

    /// @return amount of the asset
    function buy(uint256 value) external returns (uint256 amount) {
        amount = (value << 32) / price;
        cash.transferFrom(msg.sender, address(this), value);
        asset.transfer(msg.sender, amount);
    }

    /// @return amount of the asset
    function sell(uint256 value) external returns (uint256 amount) {
        amount = (value << 32) / price;
        asset.transferFrom(msg.sender, address(this), amount);
        cash.transfer(msg.sender, value);
    }
}

/// @notice Holds cash and an asset, and trades for its executor alone. The share of the asset has a cap.
contract Portfolio {
    uint256 private constant _BPS = 10_000;

    Desk public immutable desk;
    address public immutable executor;
    /// Largest share of the asset after a purchase, basis points of the whole.
    uint16 public immutable maxExposureBps;

    event Rebalanced(bool bought, uint128 value, uint256 exposureBps);

    error NotExecutor(address caller);
    error TooExposed(uint256 exposureBps, uint256 maximum);

    constructor(Desk desk_, address executor_, uint16 maxExposureBps_) {
        (desk, executor, maxExposureBps) = (desk_, executor_, maxExposureBps_);
        desk_.cash().approve(address(desk_), type(uint256).max);
        desk_.asset().approve(address(desk_), type(uint256).max);
    }

    /// @param buy whether the asset is bought, or sold
    /// @param value of the trade in cash: the amount that an executor counts as turnover
    function rebalance(bool buy, uint128 value) external {
        if (msg.sender != executor) revert NotExecutor(msg.sender);
        if (buy) desk.buy(value);
        else desk.sell(value);
        uint256 share = exposureBps();
        // INVARIANT: no purchase takes the share of the asset above the cap. A price may, and a sale only lowers it.
        if (buy && share > maxExposureBps) revert TooExposed(share, maxExposureBps);
        emit Rebalanced(buy, value, share);
    }

    /// @return cash and the asset, both in cash
    function values() public view returns (uint256 cash, uint256 asset) {
        return (desk.cash().balanceOf(address(this)), (desk.asset().balanceOf(address(this)) * desk.price()) >> 32);
    }

    function exposureBps() public view returns (uint256) {
        (uint256 cash, uint256 asset) = values();
        return cash + asset == 0 ? 0 : asset * _BPS / (cash + asset);
    }
}
