//! Packing into jobs: at most [`MOST`], one environment in each, nothing lost.

use std::collections::BTreeMap;

/// Most jobs that a matrix of GitHub Actions may have:
/// <https://docs.github.com/en/actions/reference/limits>.
pub const MOST: usize = 256;

/// Splits the members of each group into jobs: as few in each as fit into `most` jobs, evenly. A job never mixes groups.
///
/// None when there are more groups than jobs.
pub fn pack<K: Ord + Clone, T: Clone>(groups: &BTreeMap<K, Vec<T>>, most: usize) -> Option<Vec<(K, Vec<T>)>> {
    let filled = || groups.values().filter(|members| !members.is_empty());
    if filled().count() > most {
        return None;
    }
    let largest = filled().map(Vec::len).max().unwrap_or_default();
    let jobs = |each: usize| filled().map(|members| members.len().div_ceil(each)).sum::<usize>();
    let each = (1..=largest).find(|each| jobs(*each) <= most).unwrap_or(1);
    let mut packed = Vec::new();
    for (key, members) in groups {
        let parts = members.len().div_ceil(each);
        let mut rest = members.as_slice();
        for left in (1..=parts).rev() {
            let (part, behind) = rest.split_at(rest.len().div_ceil(left).min(rest.len()));
            packed.push((key.clone(), part.to_vec()));
            rest = behind;
        }
    }
    Some(packed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_mixed(sizes in prop::collection::vec(0..1500_usize, 0..40), most in 40..300_usize) {
            let groups: BTreeMap<usize, Vec<(usize, usize)>> = sizes
                .iter()
                .enumerate()
                .map(|(group, size)| (group, (0..*size).map(|member| (group, member)).collect()))
                .collect();
            let packed = pack(&groups, most).expect("fewer groups than jobs");
            prop_assert!(packed.len() <= most);
            prop_assert!(packed.iter().all(|(_, members)| !members.is_empty()));
            prop_assert!(packed.iter().all(|(group, members)| members.iter().all(|(own, _)| own == group)));
            let unpacked: Vec<_> = packed.iter().flat_map(|(_, members)| members.clone()).collect();
            let all: Vec<_> = groups.values().flatten().copied().collect();
            prop_assert_eq!(unpacked, all, "nothing lost, in order");
            for group in groups.keys() {
                let of: Vec<usize> = packed.iter().filter(|(key, _)| key == group).map(|(_, m)| m.len()).collect();
                let (least, largest) = (of.iter().min().copied(), of.iter().max().copied());
                prop_assert!(largest.unwrap_or_default() - least.unwrap_or_default() <= 1, "{:?}", of);
            }
        }
    }

    #[test]
    fn a_thousand_fit_into_256() {
        let one = BTreeMap::from([("dev", (0..1000).collect::<Vec<_>>())]);
        assert_eq!(pack(&one, MOST).expect("one group").len(), 250);
        let few = BTreeMap::from([("dev", vec![1, 2]), ("prod", vec![3])]);
        assert_eq!(pack(&few, MOST).expect("two groups").len(), 3, "one each while they fit");
        let many: BTreeMap<usize, Vec<usize>> = (0..257).map(|group| (group, vec![group])).collect();
        assert_eq!(pack(&many, MOST), None);
    }
}
