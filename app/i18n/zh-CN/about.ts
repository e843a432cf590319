import type { about as english } from '#app/i18n/en/about.ts'

export const about: Readonly<Record<keyof typeof english, string>> = {
  'about.title': 'Spoor {version}',
  'about.subtitle': '分布式 trace 浏览器。Apache License 2.0',
  'about.build': '构建',
  'about.build.value': 'Node.js {node}，{platform}',
  'about.store': '存储',
  'about.store.value': '{store}，保留 {retention}；{spans, plural, other {# 个 span}}',
  'about.store.noRetention': '{store}；{spans, plural, other {# 个 span}}',
  'about.store.either': '{age} 或 {bytes}',
  'about.up': '已运行',
  'about.receives': '接收',
  'about.receives.none': '无：没有打开的监听端口',
  'about.answers': '应答',
  'about.answers.value': '<openapi>HTTP API</openapi> · <jaeger>Jaeger API</jaeger>',
  'about.jaeger': '来自 Jaeger',
  'about.jaeger.value': '链接和 HTTP API 照旧可用',
  'about.sends': '对外发送',
  'about.sends.value': '无：没有遥测，没有外部字体，没有查询',
  'about.copy': '复制错误报告',
  'about.unknown': '未知：服务器没有应答',
}
