"""Any picture -> one upright (H, W) uint8 gray image, within size limits."""
