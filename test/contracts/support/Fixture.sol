// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBurnableERC20} from "../../../contracts/interfaces/IBurnableERC20.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {IMembershipLens} from "../../../contracts/interfaces/IMembershipLens.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Claim, LedgerLeaf, TaskSpec, TensorSpec} from "../../../contracts/lib/Types.sol";
import {Distributor, Ledger, Token, Vault} from "./Deployed.sol";
import {SparseTree} from "./SparseTree.sol";

/// What a task is created with.
struct TaskConfig {
    IRoundLedger.TaskTerms terms;
    TaskSpec spec;
}

/// @notice The real contracts behind their proxies, deployed in the order `IRoundLedger` gives, and the moves of a round.
abstract contract Fixture is Test {
    using ClaimLib for Claim;

    /// An account: cold owner, hot key, and the private key of the hot one.
    struct Node {
        address owner;
        address key;
        uint256 secret;
        bytes32 peer;
    }

    uint128 internal constant BOND = 100 ether;
    uint128 internal constant OPERATOR_BOND = 1000 ether;
    uint128 internal constant REWARD = 10 ether;
    uint128 internal constant FALSE_CLAIM = 800 ether;
    uint128 internal constant FAULT = 40 ether;
    uint32 internal constant MIN_DELAY = 1 days;
    uint40 internal constant START = 1_000_000;

    /// What every seal of a test without rows says.
    bytes32 internal constant DIGEST = keccak256("rows");

    address internal governance = makeAddr("governance");
    address internal judge = makeAddr("judge");
    address internal watcher = makeAddr("watcher");
    IBurnableERC20 internal token;
    Vault internal vault;
    Ledger internal ledger;
    Distributor internal distributor;
    IMembershipLens private lens;
    /// The first task: bonds go there as soon as it exists. 0 before.
    uint256 internal home;
    /// Accounts with keys, and the role they take in every task of the fixture.
    address[] private accounts;
    mapping(address owner => IStakeVault.Role) private roles;
    /// Who takes the seat of the task that is opened next.
    Node internal first;

    function setUp() public virtual {
        vm.warp(START);
        deploy(_makeToken());
    }

    function _makeToken() internal virtual returns (IBurnableERC20) {
        return IBurnableERC20(vm.deployCode("DevelopmentToken.sol", abi.encode(address(this))));
    }

    function deploy(IBurnableERC20 token_) internal {
        token = token_;
        IStakeVault.Bounds memory bounds = IStakeVault.Bounds({
            minUnbondingDelay: MIN_DELAY,
            maxUnbondingDelay: 30 days,
            minBondFloor: 1 ether,
            minBondCeiling: 10_000 ether
        });
        vault = Vault(
            proxy(
                vm.deployCode("StakeVault.sol", abi.encode(bounds)),
                abi.encodeCall(Vault.initialize, (governance, token, BOND, OPERATOR_BOND, 2 days))
            )
        );
        ledger =
            Ledger(_ledgerProxy(vm.deployCode("RoundLedger.sol", abi.encode(_taskRules())), abi.encodeCall(Ledger.initialize, (governance, vault))));
        distributor = Distributor(
            proxy(
                vm.deployCode("RewardDistributor.sol"),
                abi.encodeCall(Distributor.initialize, (governance, IERC20(address(token)), ledger))
            )
        );
        vm.startPrank(governance);
        vault.setLedger(ledger);
        ledger.setDistributor(address(distributor));
        vm.stopPrank();
        admit(judge);
    }

    function _taskRules() internal virtual returns (address) {
        return vm.deployCode("TaskRules.sol", abi.encode(1, 1, 1, 768));
    }

    function proxy(address implementation, bytes memory call) internal returns (address) {
        return vm.deployCode("ERC1967Proxy.sol", abi.encode(implementation, call));
    }

    /// The real judge of this ledger.
    function deployJudge(address court) internal returns (address judge_) {
        judge_ = vm.deployCode(
            "FraudJudge.sol",
            abi.encode(
                ledger,
                vm.deployCode("MemberProofs.sol", abi.encode(ledger)),
                vm.deployCode("TraceRules.sol"),
                vm.deployCode("BucketProofs.sol", abi.encode(vm.deployCode("MaskBuckets.sol", abi.encode(ledger)))),
                court
            )
        );
        admit(judge_);
    }

    /// @dev Tests with statements signed elsewhere need the ledger at an address that is known there.
    function _ledgerProxy(address implementation, bytes memory call) internal virtual returns (address) {
        return proxy(implementation, call);
    }

    // ── Accounts ──────────────────────────────────────────────────────────────────────────────────────────────────

    function node(string memory name) internal returns (Node memory n) {
        n.owner = makeAddr(string.concat(name, " owner"));
        (n.key, n.secret) = makeAddrAndKey(string.concat(name, " key"));
        n.peer = keccak256(bytes(name));
    }

    function consent(Node memory n) internal view returns (bytes memory) {
        return signDigest(n.secret, vaultDigest(Statements.keyConsent(n.owner, n.peer)));
    }

    function register(Node memory n) internal {
        bytes memory signature = consent(n);
        vm.prank(n.owner);
        vault.registerKeys(n.key, n.peer, signature);
    }

    /// Registers keys; the first time, the account takes its role in the tasks of the fixture.
    function register(Node memory n, IStakeVault.Role role) internal {
        register(n);
        if (roles[n.owner] != IStakeVault.Role.None) return;
        accounts.push(n.owner);
        roles[n.owner] = role;
        putToWork(n.owner);
    }

    function mint(address to, uint256 amount) internal {
        Token(address(token)).mint(to, amount);
    }

    /// What an account holds and may collect from the contracts.
    function wealth(address account) internal view virtual returns (uint256) {
        return token.balanceOf(account) + vault.owed(account);
    }

    /// A contract's tokens without what it owes and anybody may collect.
    function held(address keeper) internal view returns (uint256) {
        return token.balanceOf(keeper) - IPayouts(keeper).owedTotal();
    }

    /// Adds to the free bond.
    function deposit(address owner, uint128 amount) internal {
        mint(owner, amount);
        vm.startPrank(owner);
        token.approve(address(vault), amount);
        vault.bond(amount);
        vm.stopPrank();
    }

    /// Adds to the bond, and to what is at risk in the first task.
    function bond(Node memory n, uint128 amount) internal {
        deposit(n.owner, amount);
        putToWork(n.owner);
    }

    /// Allocates the free bond to the first task, if it is enough for the account's role.
    function putToWork(address owner) internal {
        IStakeVault.Account memory acc = vault.account(owner);
        if (home != 0) join(home, owner, acc.bonded - acc.allocated);
    }

    /// The joining fee comes on top of the amount.
    function join(uint256 task, address owner, uint128 amount) internal {
        IStakeVault.Role role = roles[owner];
        IStakeVault.Allocation memory there = vault.allocation(task, owner);
        uint128 minimum = vault.minimumOf(task, role);
        if (role == IStakeVault.Role.None || amount == 0 || there.freeAt != 0 || there.amount + amount < minimum) {
            return;
        }
        if (there.slot == vault.NO_SLOT() && vault.joiningFee() > 0) deposit(owner, vault.joiningFee());
        vm.prank(owner);
        vault.allocate(task, role, amount);
    }

    function leave(Node memory n) internal {
        vm.prank(n.owner);
        vault.leave(home);
    }

    /// The members of a task at a past second.
    function membersOf(uint256 task, uint256 timepoint, uint32 from, uint32 to)
        internal
        returns (IMembershipLens.SnapshotMember[] memory)
    {
        if (address(lens) == address(0)) lens = IMembershipLens(vm.deployCode("MembershipLens.sol"));
        return lens.snapshot(vault, task, timepoint, from, to);
    }

    /// What the judge of the first task could do.
    function slash(address owner, uint128 amount, address recipient, uint16 bps)
        internal
        returns (uint128 taken, uint128 bounty)
    {
        vm.prank(address(ledger));
        return vault.slash(home, owner, amount, recipient, bps);
    }

    function member(string memory name, uint128 amount) internal returns (Node memory n) {
        n = node(name);
        deposit(n.owner, amount);
        register(n, IStakeVault.Role.Member);
    }

    function operator(string memory name) internal returns (Node memory n) {
        n = node(name);
        deposit(n.owner, OPERATOR_BOND);
        register(n, IStakeVault.Role.Operator);
    }

    function signDigest(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    function vaultDigest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", vault.DOMAIN_SEPARATOR(), structHash));
    }

    function ledgerDigest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", ledger.DOMAIN_SEPARATOR(), structHash));
    }

    // ── Rounds ────────────────────────────────────────────────────────────────────────────────────────────────────

    function taskConfig(Node memory op) internal returns (TaskConfig memory config) {
        first = op;
        config.terms = IRoundLedger.TaskTerms({
            windows: IRoundLedger.Windows({commit: 100, reveal: 50, attest: 50, post: 60, challenge: 1000}),
            quorumBps: 6667,
            minMembers: 0,
            minStake: 0,
            judge: judge,
            falseClaimPenalty: FALSE_CLAIM,
            faultPenalty: FAULT,
            bountyBps: 2000
        });
        config.spec = plainSpec();
    }

    /// A specification that every task may have: one segment, the weighted mean.
    function plainSpec() internal pure returns (TaskSpec memory spec) {
        spec.tensors = new TensorSpec[](1);
        spec.tensors[0] = TensorSpec({length: 8192, updateExponent: -9, modelExponent: -20, eta: 1, shift: 0});
        spec.rule.capQ16 = 1 << 16;
        (spec.minNormSq, spec.maxNormSq) = (10, 1_000_000);
        (spec.toleranceBps, spec.minSealedBps) = (2500, 5000);
        spec.rewardPerRound = REWARD;
        spec.genesisModelRoot = keccak256("model");
    }

    /// Copies a specification, whose list the compiler does not copy to storage.
    function keep(TaskSpec storage to, TaskSpec memory from) internal {
        for (uint256 i = 0; i < from.tensors.length; ++i) {
            to.tensors.push(from.tensors[i]);
        }
        to.rule = from.rule;
        (to.minNormSq, to.maxNormSq) = (from.minNormSq, from.maxNormSq);
        (to.toleranceBps, to.minSealedBps) = (from.toleranceBps, from.minSealedBps);
        (to.rewardPerRound, to.operatorShareBps) = (from.rewardPerRound, from.operatorShareBps);
        to.committee = from.committee;
        (to.genesisModelRoot, to.document) = (from.genesisModelRoot, from.document);
    }

    /// Governance lets tasks name the judge. An address without code gets the little that a judge is asked.
    function admit(address judge_) internal {
        if (judge_.code.length == 0) deployCodeTo("PlainJudge.sol", abi.encode(ledger), judge_);
        if (ledger.judgeState(judge_) != IRoundLedger.JudgeState.Unknown) return;
        vm.prank(ledger.owner());
        ledger.addJudge(judge_);
    }

    function create(TaskConfig memory config) internal returns (uint256 task) {
        admit(config.terms.judge);
        return ledger.createTask(config.terms, config.spec);
    }

    /// A task with its round 1 open.
    function createTask(Node memory op) internal returns (uint256 task) {
        return openTask(taskConfig(op));
    }

    /// A task that everybody joined, with its round 1 open and rewards for 300 rounds.
    function openTask(TaskConfig memory config) internal returns (uint256 task) {
        task = makeTask(config);
        skip(1);
        fund(task, 300 * config.spec.rewardPerRound);
        takeSeat(first, task);
    }

    function takeSeat(Node memory op, uint256 task) internal {
        vm.prank(op.key);
        ledger.takeSeat(task);
    }

    /// Anyone ends the open round once its time is over.
    function failRound(uint256 task) internal {
        vm.warp(endOf(task));
        ledger.fail(task, ledger.current(task).round);
    }

    /// The holder ends the open round.
    function giveUp(Node memory op, uint256 task) internal {
        uint64 round = ledger.current(task).round;
        vm.prank(op.key);
        ledger.fail(task, round);
    }

    /// Second from which anyone may end the open round.
    function endOf(uint256 task) internal view returns (uint256) {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        return open.state == IRoundLedger.SeatState.Sealed ? open.postEnd : open.sealEnd;
    }

    function forceCommit(address caller, uint256 task, uint64 round, address member_, bytes32 commitment) internal {
        vm.prank(caller);
        ledger.forceCommit(task, round, _one(member_), _one(commitment), new bytes[](1));
    }

    function _one(address value) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = value;
    }

    function _one(bytes32 value) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](1);
        list[0] = value;
    }

    /// A task that everybody joined: the first one with the whole bond, a later one with as much again.
    function makeTask(TaskConfig memory config) internal returns (uint256 task) {
        task = create(config);
        if (home == 0) home = task;
        // Members before operators, so that the slots of members begin at 0.
        _joinAll(task, IStakeVault.Role.Member);
        _joinAll(task, IStakeVault.Role.Operator);
    }

    function _joinAll(uint256 task, IStakeVault.Role role) private {
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (roles[accounts[i]] != role) continue;
            if (task == home) {
                putToWork(accounts[i]);
                continue;
            }
            uint128 amount = vault.allocation(home, accounts[i]).amount;
            if (amount == 0) continue;
            deposit(accounts[i], amount);
            join(task, accounts[i], amount);
        }
    }

    /// A task that no round opens in, for tests of the vault.
    function quietTask() internal returns (uint256 task) {
        Node memory nobody;
        nobody.owner = makeAddr("nobody");
        return makeTask(taskConfig(nobody));
    }

    function fund(uint256 task, uint128 amount) internal {
        mint(address(this), amount);
        token.approve(address(distributor), amount);
        distributor.fund(task, amount);
    }

    /// A claim on top of the head, with roots that no other claim has.
    function nextClaim(uint256 task, uint32 members) internal view returns (Claim memory claim) {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        bytes32 seed = keccak256(abi.encode(task, open.round, open.parent));
        claim.parent = open.parent;
        claim.membersRoot = keccak256(abi.encode(seed, 1));
        claim.gramRoot = keccak256(abi.encode(seed, 2));
        claim.traceRoot = keccak256(abi.encode(seed, 3));
        claim.transitionRoot = keccak256(abi.encode(seed, 4));
        claim.modelRoot = keccak256(abi.encode(seed, 5));
        claim.ledgerRoot = keccak256(abi.encode(seed, 6));
        claim.evidence = keccak256(abi.encode(seed, 7));
        claim.members = members;
    }

    function sealAs(Node memory op, uint256 task, uint32 count) internal {
        sealAs(op, task, DIGEST, count);
    }

    function sealAs(Node memory op, uint256 task, bytes32 digest, uint32 count) internal {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        ledger.seal(task, open.round, open.openedAt, digest, count, open.forcedHash);
    }

    function postAs(Node memory op, uint256 task, Claim memory claim) internal returns (uint64 round) {
        return postAs(op, task, claim, DIGEST);
    }

    /// Seals and posts the open round, or takes the seat before if nobody has it.
    function postAs(Node memory op, uint256 task, Claim memory claim, bytes32 digest) internal returns (uint64 round) {
        if (ledger.current(task).state == IRoundLedger.SeatState.Empty) {
            takeSeat(op, task);
            vm.warp(ledger.current(task).commitEnd);
        }
        if (ledger.current(task).state == IRoundLedger.SeatState.Commit) sealAs(op, task, digest, claim.members);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        round = open.round;
        vm.prank(op.key);
        ledger.post(task, round, open.openedAt, digest, claim);
    }

    /// Posts the open round as soon as the commit window is over.
    function postNext(Node memory op, uint256 task) internal returns (uint64 round, bytes32 claimHash) {
        if (ledger.current(task).state == IRoundLedger.SeatState.Empty) takeSeat(op, task);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (block.timestamp < open.commitEnd) vm.warp(open.commitEnd);
        Claim memory claim = nextClaim(task, 0);
        round = postAs(op, task, claim);
        claimHash = claim.hash(task, round);
    }

    function agreement(Node memory n, uint256 task, uint64 round, bytes32 claimHash)
        internal
        view
        returns (bytes memory)
    {
        return signDigest(n.secret, ledgerDigest(Statements.agreement(task, round, claimHash)));
    }

    /// Owners in ascending order with their agreements, as `finalizeWithQuorum` wants them.
    function agreements(Node[] memory nodes, uint256 task, uint64 round, bytes32 claimHash)
        internal
        view
        returns (address[] memory owners, bytes[] memory signatures)
    {
        return signedBy(nodes, ledgerDigest(Statements.agreement(task, round, claimHash)));
    }

    /// Owners in ascending order with their signatures.
    function signedBy(Node[] memory nodes, bytes32 digest)
        internal
        pure
        returns (address[] memory owners, bytes[] memory signatures)
    {
        for (uint256 i = 1; i < nodes.length; ++i) {
            for (uint256 j = i; j > 0 && nodes[j].owner < nodes[j - 1].owner; --j) {
                (nodes[j], nodes[j - 1]) = (nodes[j - 1], nodes[j]);
            }
        }
        owners = new address[](nodes.length);
        signatures = new bytes[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            owners[i] = nodes[i].owner;
            signatures[i] = signDigest(nodes[i].secret, digest);
        }
    }

    function slashable(address owner) internal view returns (uint256) {
        return vault.account(owner).bonded;
    }

    function toArray(Node memory a) internal pure returns (Node[] memory nodes) {
        nodes = new Node[](1);
        nodes[0] = a;
    }

    function toArray(Node memory a, Node memory b) internal pure returns (Node[] memory nodes) {
        nodes = new Node[](2);
        (nodes[0], nodes[1]) = (a, b);
    }

    function toArray(Node memory a, Node memory b, Node memory c) internal pure returns (Node[] memory nodes) {
        nodes = new Node[](3);
        (nodes[0], nodes[1], nodes[2]) = (a, b, c);
    }

    function leafOf(address owner, uint128 reward) internal pure returns (LedgerLeaf memory leaf) {
        leaf.member = owner;
        leaf.reward = reward;
    }

    /// The ledger tree whose slot i holds the i-th reward.
    function ledgerTree(Node[] memory nodes, uint128[] memory rewards) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            leaves[i] = ClaimLib.hash(leafOf(nodes[i].owner, rewards[i]));
        }
    }

    function proof10(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[10] memory proof) {
        bytes32[] memory path = SparseTree.proof(leaves, index, 10);
        for (uint256 i = 0; i < 10; ++i) {
            proof[i] = path[i];
        }
    }
}
