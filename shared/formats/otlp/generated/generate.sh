#!/bin/sh
# Writes trace-request.ts anew from trace-request.proto. Needs protoc (Debian: protobuf-compiler; or PROTOC='python3 -m
# grpc_tools.protoc' with grpcio-tools from PyPI) and the installed dependencies.
set -eu
cd "$(dirname "$0")"
${PROTOC:-protoc} -I. --plugin=../../../../node_modules/.bin/protoc-gen-ts_proto --ts_proto_out=. \
  --ts_proto_opt=enumsAsLiterals=true,forceLong=bigint,importSuffix=.ts,oneof=unions-value,esModuleInterop=true,outputJsonMethods=false,outputPartialMethods=false \
  trace-request.proto
