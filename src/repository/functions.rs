//! Packages that a program has only where a platform runs it as functions: adapters and runtimes, by the platforms' own
//! documentation. A command line for deploying is none of them.

use super::{Ecosystem, Package};

impl Package {
    /// The platform that runs a program with this package as functions.
    pub fn runs_as_functions(&self) -> Option<&'static str> {
        let named = |(ecosystem, names, _): &&(Ecosystem, &[&str], &str)| {
            *ecosystem == self.ecosystem && names.contains(&self.name.as_str())
        };
        PACKAGES.iter().find(named).map(|(.., platform)| *platform)
    }
}

const PACKAGES: &[(Ecosystem, &[&str], &str)] = &[
    (Ecosystem::Node, &["@vercel/functions", "@sveltejs/adapter-vercel", "@astrojs/vercel"], "Vercel"),
    (
        Ecosystem::Node,
        &["@netlify/functions", "@netlify/plugin-nextjs", "@sveltejs/adapter-netlify", "@astrojs/netlify"],
        "Netlify",
    ),
    (
        Ecosystem::Node,
        &[
            "@types/aws-lambda",
            "@aws-lambda-powertools/logger",
            "@middy/core",
            "@fastify/aws-lambda",
            "@codegenie/serverless-express",
            "@vendia/serverless-express",
            "serverless-http",
            "serverless-offline",
        ],
        "AWS Lambda",
    ),
    (Ecosystem::Node, &["@azure/functions"], "Azure Functions"),
    (
        Ecosystem::Python,
        &["mangum", "zappa", "chalice", "aws-lambda-powertools", "awslambdaric"],
        "AWS Lambda",
    ),
    (Ecosystem::Python, &["azure-functions"], "Azure Functions"),
    (Ecosystem::Cargo, &["lambda_runtime", "lambda_http"], "AWS Lambda"),
    (Ecosystem::Cargo, &["vercel_runtime"], "Vercel"),
    (Ecosystem::Go, &["github.com/aws/aws-lambda-go"], "AWS Lambda"),
];
