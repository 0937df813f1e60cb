//! Tables without borders that fit the page: columns are left out or shortened before a line grows too long.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table as Grid, presets::NOTHING};

use super::width::{shorten, width};
use crate::report::look::{Charset, Look};

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    title: &'static str,
    align: CellAlignment,
    /// Columns that are not needed go first when there is no room, the greatest first.
    spare: u8,
    /// Cells may lose their middle down to this width.
    least: Option<usize>,
}

impl Column {
    pub(super) const fn left(title: &'static str) -> Self {
        Self { title, align: CellAlignment::Left, spare: 0, least: None }
    }

    pub(super) const fn right(title: &'static str) -> Self {
        Self { align: CellAlignment::Right, ..Self::left(title) }
    }

    pub(super) const fn spare(self, rank: u8) -> Self {
        Self { spare: rank, ..self }
    }

    pub(super) const fn shrinks_to(self, least: usize) -> Self {
        Self { least: Some(least), ..self }
    }
}

/// The lines of a table.
pub(super) fn table(columns: &[Column], rows: &[Vec<String>], look: &Look) -> Vec<String> {
    let said: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| look.say(cell).into_owned()).collect()).collect();
    let titles: Vec<String> = columns.iter().map(|column| look.say(column.title).into_owned()).collect();
    let mut widths: Vec<usize> = titles.iter().map(|title| width(title)).collect();
    for row in &said {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let kept = fit(columns, &mut widths, look.width);
    draw(columns, &titles, &said, &widths, &kept, look)
}

/// Which columns stay; their widths are reduced as far as needed and allowed.
fn fit(columns: &[Column], widths: &mut [usize], room: usize) -> Vec<bool> {
    let mut kept = vec![true; columns.len()];
    while excess(&kept, widths, room) > 0 {
        let spare =
            columns.iter().zip(&kept).enumerate().filter(|(_, (column, kept))| **kept && column.spare > 0);
        let Some((drop, _)) = spare.max_by_key(|(_, (column, _))| column.spare) else { break };
        if let Some(keep) = kept.get_mut(drop) {
            *keep = false;
        }
    }
    loop {
        let excess = excess(&kept, widths, room);
        let shrinkable = columns.iter().zip(widths.iter_mut()).filter_map(|(column, width)| {
            let least = column.least?;
            (*width > least).then_some((width, least))
        });
        match shrinkable.max_by_key(|(width, _)| **width) {
            Some((width, least)) if excess > 0 => *width = width.saturating_sub(1).max(least),
            _ => return kept,
        }
    }
}

/// Columns of the page by which the table is too wide.
fn excess(kept: &[bool], widths: &[usize], room: usize) -> usize {
    let taken = kept.iter().zip(widths).filter(|(kept, _)| **kept);
    let total = taken.fold(0_usize, |sum, (_, width)| sum.saturating_add(*width).saturating_add(GAP));
    total.saturating_sub(GAP).saturating_sub(room)
}

fn draw(
    columns: &[Column],
    titles: &[String],
    rows: &[Vec<String>],
    widths: &[usize],
    kept: &[bool],
    look: &Look,
) -> Vec<String> {
    let ellipsis = if look.charset == Charset::Ascii { "~" } else { "…" };
    let cells = |row: &[String]| -> Vec<Cell> {
        let all = row.iter().zip(widths).zip(columns).zip(kept).filter(|(_, kept)| **kept);
        all.map(|(((text, width), column), _)| {
            let text = if column.least.is_some() { shorten(text, *width, ellipsis) } else { text.clone() };
            Cell::new_owned(text).set_alignment(column.align)
        })
        .collect()
    };
    let mut grid = Grid::new();
    grid.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid.set_header(cells(titles));
    grid.add_rows(rows.iter().map(|row| cells(row)));
    let gap = u16::try_from(GAP).unwrap_or(u16::MAX);
    for column in grid.column_iter_mut() {
        column.set_padding((0, gap));
    }
    grid.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Blanks between two columns.
const GAP: usize = 2;
