//! Feeds as they are mounted: at `/NAME` for a service of one chain, and at `/NAME/CHAIN`.

use utoipa::openapi::{
    OpenApi, PathItem, Ref, RefOr, Required,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, Paths},
};

use super::{
    caching,
    problems::{self, READS, Told},
};

/// A feed's document, whose paths know neither name nor chain, as it is served.
pub(crate) fn mounted(name: &str, mut document: OpenApi, told: Told) -> OpenApi {
    problems::add(&mut document, READS, told);
    caching::by_block(&mut document);
    let mut paths = Paths::new();
    for (path, item) in std::mem::take(&mut document.paths).paths {
        paths.paths.insert(format!("/{name}/{{chain}}{path}"), of_chain(item.clone()));
        paths.paths.insert(format!("/{name}{path}"), item);
    }
    document.paths = paths;
    document
}

fn of_chain(mut item: PathItem) -> PathItem {
    let operations: [Option<&mut Operation>; 1] = [item.get.as_mut()];
    for operation in operations.into_iter().flatten() {
        operation.parameters.get_or_insert_default().insert(0, RefOr::T(chain()));
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}OfChain"));
        operation.summary = operation
            .summary
            .take()
            .map(|text| format!("{} (of a chain)", text.trim_end_matches('.')));
    }
    item
}

fn chain() -> Parameter {
    ParameterBuilder::new()
        .name("chain")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Ref::from_schema_name("ChainName")))
        .build()
}
