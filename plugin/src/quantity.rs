//! Kubernetes quantities, compared by what they are worth: `1000m` is `1`, `1Gi` is more than `1G`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// An amount as Kubernetes reads it, with the text that it was written as.
///
/// Source of the grammar and of the rounding: `k8s.io/apimachinery/pkg/api/resource/quantity.go`.
/// What is finer than a billionth is rounded away from zero, as there. What is taken there and refused here: more than
/// 2^63-1 in magnitude (binary suffixes are cut down to it there, against the file), no digit at all (`.`, `m`: zero
/// there), an exponent beyond 32 bits (cut off there), and digits by the dozen after the point.
///
/// ```
/// use tenantry::quantity::Quantity;
///
/// let limit: Quantity = "1.5Gi".parse()?;
/// let request: Quantity = "1536Mi".parse()?;
/// assert_eq!(limit, request);
/// assert!(limit > "1500M".parse()?);
/// assert_eq!(limit.to_string(), "1.5Gi");
/// # Ok::<(), tenantry::quantity::QuantityError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quantity {
    text: String,
    /// Billionths of one unit, the finest that Kubernetes keeps.
    nanos: i128,
}

/// Why a text is not a quantity.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum QuantityError {
    /// There is no number at the start.
    #[error("`{text}` is not a quantity: it must begin with a number, as in `500m`, `2`, `1.5Gi` or `1e3`")]
    Number {
        /// What was written.
        text: String,
    },
    /// What follows the number is not a suffix.
    #[error(
        "`{text}` is not a quantity: `{suffix}` is not one of the suffixes `n`, `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`, \
         `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei`, nor an exponent like `e3`"
    )]
    Suffix {
        /// What was written.
        text: String,
        /// The part after the number.
        suffix: String,
    },
    /// The magnitude is beyond what Kubernetes keeps.
    #[error("`{text}` is too large for a quantity: at most 9223372036854775807 (2^63-1)")]
    TooLarge {
        /// What was written.
        text: String,
    },
    /// The fraction has more digits than exact arithmetic has room for.
    #[error("`{text}` has too many digits for a quantity: a billionth is the finest that Kubernetes keeps")]
    TooLong {
        /// What was written.
        text: String,
    },
}

/// One unit in billionths, as a power of ten.
const NANO_DIGITS: i64 = 9;

/// The largest magnitude in billionths.
const MAX_NANOS: i128 = i64::MAX as i128 * 1_000_000_000;

impl Quantity {
    /// Whether it is below zero, which Kubernetes refuses for every amount of a resource.
    pub fn is_negative(&self) -> bool {
        self.nanos < 0
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let nanos = nanos(text)?;
        Ok(Self { text: text.to_owned(), nanos })
    }
}

fn nanos(text: &str) -> Result<i128, QuantityError> {
    let too_large = || QuantityError::TooLarge { text: text.to_owned() };
    let too_long = || QuantityError::TooLong { text: text.to_owned() };

    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, rest) = split_digits(unsigned);
    let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    if whole.is_empty() && fraction.is_empty() {
        return Err(QuantityError::Number { text: text.to_owned() });
    }
    let Scale { ten, two } =
        scale(suffix).ok_or_else(|| QuantityError::Suffix { text: text.to_owned(), suffix: suffix.to_owned() })?;

    let fraction = fraction.trim_end_matches('0');
    let digits = append(0, whole).ok_or_else(too_large)?;
    let digits = append(digits, fraction).ok_or_else(too_long)?;
    if digits == 0 {
        return Ok(0);
    }

    let shift = i64::from(ten) + NANO_DIGITS - i64::try_from(fraction.len()).map_err(|_| too_long())?;
    let magnitude = match u32::try_from(shift) {
        Ok(shift) => power_of_ten(shift)
            .and_then(|factor| digits.checked_mul(factor))
            .and_then(|scaled| scaled.checked_mul(1 << two))
            .ok_or_else(too_large)?,
        Err(_) => {
            let scaled = digits.checked_mul(1 << two).ok_or_else(too_long)?;
            // A power of ten beyond 128 bits is more than any numerator, so that the quotient is rounded up to one.
            match u32::try_from(-shift).ok().and_then(power_of_ten) {
                Some(divisor) => scaled / divisor + i128::from(scaled % divisor != 0),
                None => 1,
            }
        }
    };
    if magnitude > MAX_NANOS {
        return Err(too_large());
    }
    Ok(if negative { -magnitude } else { magnitude })
}

/// What a suffix multiplies by: 10^`ten` × 2^`two`.
struct Scale {
    ten: i32,
    two: u32,
}

fn scale(suffix: &str) -> Option<Scale> {
    let (ten, two) = match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        // `E` alone is the suffix above; with digits after it, it is an exponent.
        _ => (suffix.strip_prefix(['e', 'E'])?.parse().ok()?, 0),
    };
    Some(Scale { ten, two })
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn append(number: i128, digits: &str) -> Option<i128> {
    digits.bytes().try_fold(number, |number, digit| number.checked_mul(10)?.checked_add(i128::from(digit - b'0')))
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn worth_in_billionths() {
        let cases: &[(&str, i128)] = &[
            ("0", 0),
            ("-0", 0),
            ("0e2147483647", 0),
            ("1", 1_000_000_000),
            ("+1", 1_000_000_000),
            ("-1", -1_000_000_000),
            ("007", 7_000_000_000),
            ("1.", 1_000_000_000),
            (".5", 500_000_000),
            ("-.5", -500_000_000),
            ("1.50000000000000000000000000000000000000000000000", 1_500_000_000),
            ("1n", 1),
            ("1u", 1_000),
            ("1m", 1_000_000),
            ("250m", 250_000_000),
            ("1k", 1_000_000_000_000),
            ("1M", 1_000_000_000_000_000),
            ("1G", 1_000_000_000_000_000_000),
            ("1T", 1_000_000_000_000_000_000_000),
            ("1P", 1_000_000_000_000_000_000_000_000),
            ("1E", 1_000_000_000_000_000_000_000_000_000),
            ("1Ki", 1_024_000_000_000),
            ("1Mi", 1_048_576_000_000_000),
            ("1Gi", 1_073_741_824_000_000_000),
            ("1Ti", 1_099_511_627_776_000_000_000),
            ("1Pi", 1_125_899_906_842_624_000_000_000),
            ("1Ei", 1_152_921_504_606_846_976_000_000_000),
            ("0.1Ki", 102_400_000_000),
            ("1e3", 1_000_000_000_000),
            ("1E3", 1_000_000_000_000),
            ("1e+3", 1_000_000_000_000),
            ("1e-3", 1_000_000),
            ("12.5e1", 125_000_000_000),
            // Finer than a billionth: away from zero.
            ("0.1n", 1),
            ("1.1n", 2),
            ("-1.1n", -2),
            ("1e-10", 1),
            ("1e-2147483648", 1),
            ("0.3333333333333333", 333_333_334),
            ("1.0000000001Gi", 1_073_741_824_107_374_183),
            // The bounds.
            ("9223372036854775807", MAX_NANOS),
            ("-9223372036854775807", -MAX_NANOS),
            ("7.9Ei", 9_108_079_886_394_091_110_400_000_000),
        ];
        let found: Vec<_> = cases.iter().map(|(text, _)| (*text, read(text).nanos)).collect();
        assert_eq!(found, cases);
    }

    #[test]
    fn refused() {
        let number = |text: &str| QuantityError::Number { text: text.into() };
        let suffix = |text: &str, suffix: &str| QuantityError::Suffix { text: text.into(), suffix: suffix.into() };
        let too_large = |text: &str| QuantityError::TooLarge { text: text.into() };
        let too_long = |text: &str| QuantityError::TooLong { text: text.into() };
        let cases = [
            ("", number("")),
            ("-", number("-")),
            (".", number(".")),
            ("Gi", number("Gi")),
            ("--1", number("--1")),
            (" 1", number(" 1")),
            ("١", number("١")),
            ("NaN", number("NaN")),
            ("1 ", suffix("1 ", " ")),
            ("1 Gi", suffix("1 Gi", " Gi")),
            ("1gi", suffix("1gi", "gi")),
            ("1GB", suffix("1GB", "GB")),
            ("1K", suffix("1K", "K")),
            ("1ki", suffix("1ki", "ki")),
            ("1mi", suffix("1mi", "mi")),
            ("1Kim", suffix("1Kim", "Kim")),
            ("1.2.3", suffix("1.2.3", ".3")),
            ("1_000", suffix("1_000", "_000")),
            ("1,5", suffix("1,5", ",5")),
            ("0x10", suffix("0x10", "x10")),
            ("1e", suffix("1e", "e")),
            ("1e3k", suffix("1e3k", "e3k")),
            ("1e1.5", suffix("1e1.5", "e1.5")),
            ("1e2147483648", suffix("1e2147483648", "e2147483648")),
            ("9223372036854775808", too_large("9223372036854775808")),
            ("9223372036854775807.000000001", too_large("9223372036854775807.000000001")),
            ("8Ei", too_large("8Ei")),
            ("-8Ei", too_large("-8Ei")),
            ("10E", too_large("10E")),
            ("1e19", too_large("1e19")),
            ("1e2147483647", too_large("1e2147483647")),
            ("999999999999999999999999999999999999999", too_large("999999999999999999999999999999999999999")),
            ("0.999999999999999999999Ei", too_long("0.999999999999999999999Ei")),
            ("0.999999999999999999999999999999999999999", too_long("0.999999999999999999999999999999999999999")),
        ];
        let found = cases.clone().map(|(text, _)| (text, text.parse::<Quantity>().unwrap_err()));
        assert_eq!(found, cases);
    }

    #[test]
    fn says_what_is_allowed() {
        let messages = ["lots", "1gb", "8Ei", "0.999999999999999999999Ei"]
            .map(|text| text.parse::<Quantity>().unwrap_err().to_string());
        assert_eq!(
            messages,
            [
                "`lots` is not a quantity: it must begin with a number, as in `500m`, `2`, `1.5Gi` or `1e3`",
                "`1gb` is not a quantity: `gb` is not one of the suffixes `n`, `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`, \
                 `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei`, nor an exponent like `e3`",
                "`8Ei` is too large for a quantity: at most 9223372036854775807 (2^63-1)",
                "`0.999999999999999999999Ei` has too many digits for a quantity: a billionth is the finest that \
                 Kubernetes keeps",
            ]
        );
    }

    #[test]
    fn compares_by_worth() {
        // Each row is worth more than the one above it; what stands in one row is worth the same.
        let rows: &[&[&str]] = &[
            &["-1Gi", "-1024Mi"],
            &["-1", "-1000m", "-1e0"],
            &["-1n"],
            &["0", "-0", "0m", "0Gi", "0e9", "0.0"],
            &["1n", "0.001u", "1e-9", "0.5n"],
            &["1u", "1000n"],
            &["1m", "1000u", "0.001"],
            &["0.5", "500m", ".5", "5e-1"],
            &["1", "1000m", "1.0", "+1", "1e0", "01"],
            &["1k", "1000", "1e3", "1E3", "0.001M"],
            &["1Ki", "1024", "1.024k"],
            &["1M", "1000k", "1e6"],
            &["1Mi", "1024Ki", "1048576"],
            &["1G", "1000M"],
            &["1Gi", "1024Mi", "1073741824"],
            &["1.5Gi", "1536Mi"],
            &["1T"],
            &["1Ti", "1024Gi"],
            &["1P"],
            &["1Pi", "1024Ti"],
            &["1E", "1000P", "1e18"],
            &["1Ei", "1024Pi"],
            &["9223372036854775807"],
        ];
        for (left_row, left_texts) in rows.iter().enumerate() {
            for (right_row, right_texts) in rows.iter().enumerate() {
                for left in *left_texts {
                    for right in *right_texts {
                        let (ours, expected) = (read(left).cmp(&read(right)), left_row.cmp(&right_row));
                        assert_eq!(ours, expected, "{left} and {right}");
                        assert_eq!(read(left) == read(right), expected.is_eq(), "{left} and {right}");
                    }
                }
            }
        }
    }

    #[test]
    fn negative() {
        let found = ["-1", "-1n", "-0.1n", "-0", "0", "1m"].map(|text| read(text).is_negative());
        assert_eq!(found, [true, true, true, false, false, false]);
    }

    #[test]
    fn keeps_its_text() {
        let texts = ["1000m", "1.50Gi", "+1", "1E3", "007"];
        assert_eq!(texts.map(|text| read(text).to_string()), texts);
        assert_eq!(format!("{:>6}|", read("1Gi")), "   1Gi|");
    }
}
