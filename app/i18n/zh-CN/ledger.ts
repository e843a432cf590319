import type { ledger as english } from '#app/i18n/en/ledger.ts'

export const ledger: Readonly<Record<keyof typeof english, string>> = {
  'door.otlp': 'OTLP',
  'door.otlp_grpc': 'OTLP over gRPC',
  'door.otlp_http': 'OTLP over HTTP',
  'door.otlp_http_protobuf': 'OTLP，HTTP protobuf',
  'door.otlp_http_json': 'OTLP，HTTP JSON',
  'door.query': '界面与 API',
  'door.admin': '健康检查与指标',
  'door.demo': '演示',

  'reason.invalid_trace_id': 'trace ID 长度不对或全为零',
  'reason.invalid_span_id': 'span ID 长度不对或全为零',
  'reason.invalid_utf8': '文本不是 UTF-8',
  'reason.time_out_of_range': '开始或结束时间不在 1970 至 2554 年之间',
  'reason.nesting_too_deep': '值嵌套过深',
  'reason.not_sampled': '因采样而舍弃',

  'reason.host': '不接受的主机名',
  'reason.origin': '来自其他源的页面',
  'reason.content_type': '此处不接受的内容类型',
  'reason.method': '不是 POST 方法',
  'reason.not_found': '路径不存在，应为 /v1/traces',
  'reason.undecodable': '无法解码的请求体',
  'reason.too_large': '请求体超过上限',
  'reason.encoding': '未知的压缩方式',
  'reason.overloaded': '一次过多，需要重发',
  'reason.store_unavailable': '存储不可写，需要重发',
  'reason.body_timeout': '请求体未按时到达',
  'reason.disconnected': '连接中途断开',
  'reason.internal': '内部错误',
}
