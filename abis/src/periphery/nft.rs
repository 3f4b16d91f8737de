//! ERC-721 and ERC-1155, with the minting of the OpenZeppelin presets.

use alloy_sol_types::sol;

sol! {
    /// An enumerable ERC-721 collection whose minter mints the next id.
    #[derive(Debug)]
    interface Erc721Preset {
        function name() external view returns (string);
        function symbol() external view returns (string);
        function tokenURI(uint256 tokenId) external view returns (string);
        function totalSupply() external view returns (uint256);
        function tokenByIndex(uint256 index) external view returns (uint256);
        function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function ownerOf(uint256 tokenId) external view returns (address);
        function approve(address to, uint256 tokenId) external;
        function setApprovalForAll(address operator, bool approved) external;
        function transferFrom(address from, address to, uint256 tokenId) external;
        function safeTransferFrom(address from, address to, uint256 tokenId) external;
        function mint(address to) external;
        function burn(uint256 tokenId) external;
        function supportsInterface(bytes4 interfaceId) external view returns (bool);

        event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    }

    /// An ERC-1155 collection with minting and burning, one by one and in batches.
    #[derive(Debug)]
    interface Erc1155Preset {
        function uri(uint256 id) external view returns (string);
        function balanceOf(address account, uint256 id) external view returns (uint256);
        function balanceOfBatch(address[] calldata accounts, uint256[] calldata ids) external view returns (uint256[] memory);
        function setApprovalForAll(address operator, bool approved) external;
        function safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes calldata data) external;
        function safeBatchTransferFrom(address from, address to, uint256[] calldata ids, uint256[] calldata amounts, bytes calldata data) external;
        function mint(address to, uint256 id, uint256 amount, bytes calldata data) external;
        function mintBatch(address to, uint256[] calldata ids, uint256[] calldata amounts, bytes calldata data) external;
        function burn(address account, uint256 id, uint256 value) external;
        function supportsInterface(bytes4 interfaceId) external view returns (bool);

        event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
        event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);
    }
}
