//! Reads the buffer that `js/d1.mjs` packs: rows by position, no names.
//!
//! Layout, little endian: count of sets (u32); each set: count of rows (u32), rows changed (f64),
//! its rows; each row: count of cells (u32), its cells; each cell: a tag, then nothing (NULL), an f64 (integer, real), or a
//! length (u32) and that much UTF-8 (text).

use crate::PlatformError;
use kernel::{Row, Value, db::Outcome};

/// Reads a whole buffer.
///
/// # Errors
/// When it is not of that layout, which is a fault of ours.
pub fn read(bytes: &[u8]) -> Result<Vec<Outcome>, PlatformError> {
    Reader(bytes).sets().ok_or_else(|| PlatformError("the buffer of rows is malformed".into()))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
    fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.take()?)).ok()
    }
    fn number(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take()?))
    }
    fn whole(&mut self) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "the writer checked that it is an integer within 2^53")]
        let n = self.number()? as i64;
        Some(n)
    }
    fn tally(&mut self) -> Option<u64> {
        Some(self.whole()?.unsigned_abs())
    }
    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(head).ok()
    }

    fn sets(mut self) -> Option<Vec<Outcome>> {
        let sets = (0..self.count()?).map(|_| self.set()).collect::<Option<_>>()?;
        self.0.is_empty().then_some(sets)
    }
    fn set(&mut self) -> Option<Outcome> {
        let rows = self.count()?;
        Some(Outcome { changes: self.tally()?, rows: (0..rows).map(|_| self.row()).collect::<Option<_>>()? })
    }
    fn row(&mut self) -> Option<Row> {
        (0..self.count()?).map(|_| self.cell()).collect::<Option<_>>().map(Row)
    }
    fn cell(&mut self) -> Option<Value> {
        Some(match self.take::<1>()? {
            [0] => Value::Null,
            [1] => Value::Int(self.whole()?),
            [2] => Value::Real(self.number()?),
            [3] => Value::Text(self.text()?.to_owned()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut b = Vec::new();
        b.extend(1u32.to_le_bytes());
        b.extend(1u32.to_le_bytes());
        b.extend(2.0f64.to_le_bytes());
        b.extend(4u32.to_le_bytes());
        b.push(0);
        b.push(1);
        b.extend((-7.0f64).to_le_bytes());
        b.push(2);
        b.extend(1.5f64.to_le_bytes());
        b.push(3);
        b.extend(2u32.to_le_bytes());
        b.extend("é".as_bytes());
        b
    }

    #[test]
    fn a_buffer_comes_apart() {
        let sets = read(&sample()).unwrap();
        let row = Row(vec![Value::Null, Value::Int(-7), Value::Real(1.5), Value::Text("é".into())]);
        assert_eq!(sets, [Outcome { changes: 2, rows: vec![row] }]);
    }

    #[test]
    fn a_cut_or_longer_buffer_is_an_error() {
        let whole = sample();
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(read(&[whole, vec![0]].concat()).is_err());
    }
}
