/**
 * The checkout that the demo is about. Since payments 2.4.0 it reads a customer's ledger entry by entry (412 queries, 1.2 s
 * of 1.84 s); before, one query did. On the way: fraud-check's first try fails and is repeated, pricing asks for rules one
 * by one, and half a minute later push-sender tells the customer.
 */
import { attribute } from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'
import { type Recipe, repeated, step } from './recipe.ts'

/** How many ledger entries the slow checkout reads. */
const LEDGER_ENTRIES = 412

/** `slow`: as since the change. Times are those of the picture in the design; others are scaled from it. */
export function checkout(random: Random, slow: boolean): Recipe {
  // How much earlier things happen without the change: quote from the cache, no second try, one query; a slower courier.
  const quote = slow ? 0 : -58
  const fraud = slow ? 0 : quote - 56
  const ledger = slow ? 0 : fraud - 1032
  const end = slow ? 0 : ledger + 38
  return step('edge-gateway', 'POST /api/checkout', 0, 1842 + end, {
    kind: 'server',
    http: 200,
    children: [
      verifySession(),
      step('storefront', 'POST /checkout', 42, 1792 + end, {
        kind: 'server',
        http: 200,
        children: [
          getCart(),
          pricing(random, slow, quote),
          step('checkout', 'PlaceOrder', 188 + quote, 1618 + end - quote, {
            attributes: [attribute('order.items', 3), attribute('order.total', 128.4)],
            children: [
              step('checkout', 'ValidateOrder', 190 + quote, 14),
              reserve(random, 208 + quote),
              score(random, slow, 212 + quote),
              authorize(random, slow, fraud, ledger),
              step('checkout', 'INSERT order', 1711 + ledger, 20, { peer: 'postgres' }),
              producer('checkout', 'publish order.placed', 1733 + ledger, 7.6),
              courier(random, slow, ledger, end),
            ],
          }),
          step('storefront', 'RenderConfirmation', 1809 + end, 22, {
            children: [step('catalog', 'GetImages', 1811 + end, 9.6)],
          }),
        ],
      }),
      ...(slow ? [notify(random, 39_880)] : []),
    ],
  })
}

function producer(service: string, name: string, at: number, ms: number): Recipe {
  return { service, name, at, ms, kind: 'producer', peer: 'kafka' }
}

export function verifySession(): Recipe {
  return step('identity', 'VerifySession', 6, 32, {
    children: [step('identity', 'GET session:*', 9, 4.1, { peer: 'redis' }), step('identity', 'CheckToken', 15, 19)],
  })
}

export function getCart(): Recipe {
  return step('cart', 'GetCart', 50, 46, {
    children: [
      step('cart', 'HGETALL cart:*', 54, 7.2, { peer: 'redis' }),
      step('catalog', 'BatchGetItems', 64, 29, {
        children: [step('catalog', 'SELECT item WHERE sku IN (…)', 67, 17, { peer: 'postgres' })],
      }),
    ],
  })
}

function pricing(random: Random, miss: boolean, quote: number): Recipe {
  const cache = attribute('cache.hit', !miss)
  const rule = { service: 'pricing', name: 'SELECT price_rule', peer: 'postgres' }
  return step('pricing', 'Quote', 100, 82 + quote, {
    children: miss
      ? [
          step('pricing', 'GET quote:*', 103, 2.3, { peer: 'redis', attributes: [cache] }),
          step('pricing', 'LoadRules', 107, 51, {
            children: repeated(random, 14, rule, 108, 157),
          }),
          step('pricing', 'ApplyTax', 160, 19),
        ]
      : [
          step('pricing', 'GET quote:*', 103, 2.4, { peer: 'redis', attributes: [cache] }),
          step('pricing', 'ApplyTax', 106, 17),
        ],
  })
}

/** `lockMs`: how much longer the rows stay locked by somebody else. */
export function reserve(random: Random, at: number, lockMs = 0): Recipe {
  const stock = { service: 'inventory', name: 'SELECT stock FOR UPDATE', peer: 'postgres' }
  const wait: Recipe[] =
    lockMs === 0
      ? []
      : [
          {
            ...stock,
            at: at + 6,
            ms: lockMs,
            notes: [[at + 6 + lockMs * 0.1, 'waiting for lock', attribute('db.lock.holder', 'restock-job')]],
          },
        ]
  return step('inventory', 'Reserve', at, 123 + lockMs, {
    children: [
      step('inventory', 'BEGIN', at + 3, 1.9, { peer: 'postgres' }),
      ...wait,
      ...repeated(random, 6, stock, at + 6 + lockMs, at + 88 + lockMs),
      step('inventory', 'UPDATE stock', at + 91 + lockMs, 12, { peer: 'postgres' }),
      step('inventory', 'COMMIT', at + 104 + lockMs, 6.4, { peer: 'postgres' }),
      producer('inventory', 'publish stock.reserved', at + 112 + lockMs, 8.8),
    ],
  })
}

function score(random: Random, retried: boolean, at: number): Recipe {
  const row = { service: 'fraud-check', name: 'GetFeatureRow' }
  const infer: Recipe = step('fraud-check', 'InferRisk', at + (retried ? 133 : 76), 47)
  const fetch = { service: 'fraud-check', name: 'FetchFeatures' }
  if (!retried) {
    const children = repeated(random, 28, row, at + 8, at + 70)
    return {
      service: 'fraud-check',
      name: 'Score',
      at,
      ms: 130,
      children: [{ ...fetch, at: at + 6, ms: 66, children }, infer],
    }
  }
  return step('fraud-check', 'Score', at, 186, {
    notes: [[at + 57, 'retry', attribute('retry.count', 1), attribute('retry.delay_ms', 20)]],
    children: [
      {
        ...fetch,
        at: at + 6,
        ms: 50,
        error: 'Unavailable: feature store shard 3 closed the connection',
        children: repeated(random, 9, row, at + 8, at + 50),
      },
      {
        ...fetch,
        at: at + 78,
        ms: 52,
        attributes: [attribute('retry.count', 1)],
        children: repeated(random, 28, row, at + 80, at + 126),
      },
      infer,
    ],
  })
}

function authorize(random: Random, slow: boolean, fraud: number, ledger: number): Recipe {
  const begin = 402 + fraud
  const entry = { service: 'payments', name: 'SELECT ledger_entry', peer: 'postgres' }
  return step('payments', 'Authorize', begin, 1306 + ledger - fraud, {
    kind: 'server',
    attributes: [attribute('payment.method', 'card'), attribute('payment.amount', 128.4)],
    children: [
      step('payments', 'LoadAccount', begin + 6, 24, {
        children: [step('payments', 'SELECT account', begin + 9, 18, { peer: 'postgres' })],
      }),
      step('payments', 'BuildLedger', begin + 34, 1622 + ledger - begin - 34, {
        attributes: [attribute('ledger.entries', LEDGER_ENTRIES)],
        children: slow
          ? repeated(random, LEDGER_ENTRIES, entry, 440, 1610)
          : [{ ...entry, name: 'SELECT ledger_entry WHERE account = $1', at: begin + 38, ms: 138 }],
      }),
      step('payments', 'POST psp.example/v1/charges', 1628 + ledger, 71, {
        kind: 'client',
        peer: 'psp.example',
        http: 201,
      }),
    ],
  })
}

function courier(random: Random, quick: boolean, ledger: number, end: number): Recipe {
  return step('dispatch', 'RequestCourier', 1742 + ledger, quick ? 58 : 96, {
    children: [
      nearby(1745 + ledger),
      travelTimes(random, 1768 + ledger, quick ? 27 : 65),
      step('dispatch', 'SETNX offer:*', 1796 + end, 2.1, { peer: 'redis' }),
    ],
  })
}

export function nearby(at: number): Recipe {
  return step('driver-index', 'Nearby', at, 21, {
    children: [
      step('driver-index', 'GEOSEARCH drivers', at + 3, 9.4, { peer: 'redis' }),
      step('driver-index', 'RankDrivers', at + 14, 6.2),
    ],
  })
}

export function travelTimes(random: Random, at: number, ms: number): Recipe {
  return step('route-planner', 'TravelTimes', at, ms, {
    children: [
      step('route-planner', 'LoadTiles', at + 1, 5.8, {
        children: repeated(random, 11, { service: 'route-planner', name: 'ReadTile' }, at + 1.4, at + 6),
      }),
      ...repeated(random, 5, { service: 'route-planner', name: 'SolveMatrix' }, at + 7, at + ms - 1),
    ],
  })
}

/** What happens when the message has come. */
export function notify(random: Random, at: number): Recipe {
  return step('push-sender', 'process order.placed', at, 198, {
    kind: 'consumer',
    children: [
      step('push-sender', 'RenderReceipt', at + 4, 61, {
        children: [
          step('storefront', 'GET /internal/receipt', at + 10, 48, {
            kind: 'server',
            http: 200,
            children: [
              step('catalog', 'BatchGetItems', at + 21, 24, {
                children: [step('catalog', 'SELECT item WHERE sku IN (…)', at + 24, 15, { peer: 'postgres' })],
              }),
            ],
          }),
        ],
      }),
      step('push-sender', 'SendEmail', at + 68, 74, {
        children: [
          {
            service: 'push-sender',
            name: 'SMTP mail.example',
            at: at + 72,
            ms: 66,
            kind: 'client',
            peer: 'mail.example',
          },
        ],
      }),
      step('push-sender', 'SendPush', at + 144, 46, {
        children: repeated(
          random,
          3,
          { service: 'push-sender', name: 'POST push.example/3/device', peer: 'push.example' },
          at + 146,
          at + 188,
        ),
      }),
    ],
  })
}
