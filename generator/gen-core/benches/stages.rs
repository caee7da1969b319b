//! The stages of a plan, each on its own, on the repository that `gen` ships: `cargo bench -p gen-core`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use gen_core::kind::Renderer;
use gen_core::load::load;
use gen_core::plan::compare_tree;
use gen_core::prove::{Judged, judge, prepare};
use gen_core::resolve::WhatIf;

fn stages(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    criterion.bench_function("load", |bench| bench.iter(|| load(black_box(&root))));

    let (repository, _) = load(&root);
    let what_if = WhatIf::default();
    let prepared = || prepare(&repository, &what_if, None, &|_| true).0.expect("a sound repository");
    criterion.bench_function("resolve", |bench| bench.iter(prepared));

    let ground = prepared();
    let target = ground
        .targets
        .iter()
        .find(|target| target.id.to_string() == "control-plane/prod")
        .expect("a shipped target");
    criterion.bench_function("demand and check a target", |bench| {
        bench.iter_batched(
            || target.clone(),
            |target| judge(&repository, &ground.matrix, target),
            criterion::BatchSize::SmallInput,
        );
    });

    let (Judged::Checked(checked), _) = judge(&repository, &ground.matrix, target.clone()) else {
        panic!("the shipped target is refused")
    };
    let (renderer, _) = Renderer::new(&repository);
    criterion.bench_function("render a target", |bench| {
        bench.iter(|| renderer.render(&checked).expect("rendered"));
    });

    let tree = renderer.render(&checked).expect("rendered");
    criterion.bench_function("compare a target", |bench| bench.iter(|| compare_tree(&root, &tree)));
}

criterion_group!(benches, stages);
criterion_main!(benches);
