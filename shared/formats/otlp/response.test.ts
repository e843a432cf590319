import { describe, expect, it } from 'vitest'
import { ExportTraceServiceResponse, RpcStatus } from './generated/trace-request.ts'
import { encodeExportResponse, encodeExportResponseJson, encodeRpcStatus, encodeRpcStatusJson } from './response.ts'

describe('answers of an OTLP receiver', () => {
  it('are empty when everything was kept', () => {
    expect(encodeExportResponse()).toHaveLength(0)
    expect(encodeExportResponseJson('traces')).toBe('{}')
  })

  it('say how many were rejected and why', () => {
    for (const partial of [
      { rejected: 3, message: '3 spans without a trace id' },
      { rejected: 0, message: 'metrics are not kept' },
      { rejected: 2 ** 40 + 7, message: '' },
    ]) {
      const { partialSuccess } = ExportTraceServiceResponse.decode(encodeExportResponse(partial))
      expect(partialSuccess).toEqual({ rejectedSpans: BigInt(partial.rejected), errorMessage: partial.message })
    }
    const partial = { rejected: 3, message: 'no id' }
    expect(encodeExportResponseJson('traces', partial)).toBe(
      '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no id"}}',
    )
    expect(encodeExportResponseJson('metrics', partial)).toContain('"rejectedDataPoints":"3"')
    expect(encodeExportResponseJson('logs', partial)).toContain('"rejectedLogRecords":"3"')
    expect(encodeExportResponseJson('logs', { rejected: 0, message: 'logs are not kept' })).toBe(
      '{"partialSuccess":{"errorMessage":"logs are not kept"}}',
    )
  })

  it('tell a refusal as google.rpc.Status', () => {
    const status = { code: 3, message: 'resourceSpans[0]: a length of 5 bytes; 1 bytes are left (byte 1)' }
    expect(RpcStatus.decode(encodeRpcStatus(status))).toEqual(status)
    expect(JSON.parse(encodeRpcStatusJson(status))).toEqual(status)
    expect(encodeRpcStatus({ code: 0, message: '' })).toHaveLength(0)
  })
})
