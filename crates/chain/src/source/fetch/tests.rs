//! Refused ranges are cut where the refusal says, when that helps.

use super::first_part;

#[test]
fn proposals_are_used_when_they_cut_the_range() {
    for (message, last) in [
        ("too many results", 150),
        ("Try with this block range [0x64, 0x77].", 0x77),
        ("this block range should work: [0x0, 0x9]", 109),
        ("retry with the range 100-104", 104),
        ("eth_getLogs is limited to a 20 range", 119),
        // proposes what was refused, or more
        ("eth_getLogs is limited to a 101 range", 150),
        ("eth_getLogs is limited to a 10,000 range", 150),
        ("Try with this block range [0x64, 0xc8].", 150),
        ("Try with this block range [0x0, 0xffffffffffffffff].", 150),
    ] {
        assert_eq!(first_part(100, 200, message), last, "{message}");
    }
    assert_eq!(first_part(7, 8, "eth_getLogs is limited to a 1 range"), 7);
}
