/** What goes on in the shop all day beside checkouts: browsing, searching, couriers, mails. */
import { attribute } from '#shared/generator/add-span.ts'
import type { Random } from '#shared/generator/random.ts'
import { getCart, nearby, notify, reserve, travelTimes, verifySession } from './checkout.ts'
import { type Recipe, repeated, step, scaled } from './recipe.ts'

/** One request of an ordinary kind: about as long as usual, now and then slow, now and then failing. */
export function ordinary(random: Random): Recipe {
  const make = random.pick([item, item, item, search, search, cart, cart, assign, mail, times, restock])
  return scaled(make(random), random.logNormal(1, 0.22))
}

function item(random: Random): Recipe {
  const missing = random.chance(0.05)
  const failing = !missing && random.chance(0.06)
  const error = failing ? 'Timeout: catalog did not answer within 50 ms' : undefined
  return step('edge-gateway', 'GET /api/items/{id}', 0, 74, {
    kind: 'server',
    http: missing ? 404 : failing ? 504 : 200,
    error,
    children: [
      verifySession(),
      step('catalog', 'GetItem', 40, 30, {
        error,
        attributes: [attribute('item.sku', `SKU-${1000 + random.below(400)}`)],
        children: [
          {
            service: 'catalog',
            name: 'GET item:*',
            at: 41,
            ms: 2.2,
            peer: 'redis',
            attributes: [attribute('cache.hit', false)],
          },
          step('catalog', 'SELECT item WHERE sku = $1', 45, 19, { peer: 'postgres' }),
        ],
      }),
    ],
  })
}

/** Images are asked for one by one: the shop's other N+1, small enough that nobody has noticed. */
function search(random: Random): Recipe {
  const image = { service: 'catalog', name: 'SELECT image', peer: 'postgres' }
  return step('edge-gateway', 'GET /api/search', 0, 148, {
    kind: 'server',
    http: 200,
    children: [
      step('catalog', 'Search', 5, 138, {
        attributes: [attribute('search.query', random.pick(['lamp', 'desk', 'blue chair', 'kettle', 'shelf']))],
        children: [
          {
            service: 'catalog',
            name: 'POST search.shop.internal/items/_search',
            at: 8,
            ms: 61,
            peer: 'search.shop.internal',
            http: 200,
          },
          step('catalog', 'LoadImages', 72, 66, {
            children: repeated(random, 12 + random.below(14), image, 73, 137),
          }),
        ],
      }),
    ],
  })
}

function cart(): Recipe {
  return step('storefront', 'GET /cart', 0, 112, {
    kind: 'server',
    http: 200,
    children: [verifySession(), getCart(), step('storefront', 'RenderCart', 98, 12)],
  })
}

function assign(random: Random): Recipe {
  const lost = random.chance(0.12)
  return step('dispatch', 'AssignCourier', 0, 310, {
    kind: 'server',
    attributes: [attribute('courier.candidates', 3 + random.below(9))],
    children: [
      nearby(4),
      travelTimes(random, 30, 140),
      step('dispatch', 'SETNX offer:*', 180, 2.4, {
        peer: 'redis',
        error: lost ? 'Conflict: the courier took another offer' : undefined,
      }),
      ...(lost ? [travelTimes(random, 190, 90)] : []),
      step('push-sender', 'SendOffer', 284, 22),
    ],
  })
}

function mail(random: Random): Recipe {
  return notify(random, 0)
}

function times(random: Random): Recipe {
  return travelTimes(random, 0, 41)
}

/** Stock is counted while the nightly job holds the rows: the database is slow. */
function restock(random: Random): Recipe {
  const held = random.chance(0.4) ? random.between(400, 1400) : 0
  return step('edge-gateway', 'POST /api/reservations', 0, 140 + held, {
    kind: 'server',
    http: 201,
    children: [reserve(random, 9, held)],
  })
}
