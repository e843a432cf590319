/**
 * Reading Thrift, whichever of its two encodings the bytes are in (WIRE.md 4): a position that moves on, with what was
 * read last in fields, so that nothing is allocated. Every length is checked against the bytes that are left; what can't
 * be read is a DecodeError that says what was seen and where.
 *
 *   const outer = cursor.enterStruct()
 *   for (let type = cursor.nextField(); type !== STOP; type = cursor.nextField()) {
 *     if (cursor.fieldId === 1 && type === STRING) cursor.readText()
 *     else cursor.skip(type)
 *   }
 *   cursor.leaveStruct(outer)
 */
import { DecodeError } from '#shared/spans/decode-error.ts'

/** Types of fields and elements, in the numbers of the binary encoding. */
export const STOP = 0
export const BOOL = 2
export const I8 = 3
export const DOUBLE = 4
export const I16 = 6
export const I32 = 8
export const I64 = 10
export const STRING = 11
export const STRUCT = 12
export const MAP = 13
export const SET = 14
export const LIST = 15

/** Kinds of messages: agents take calls and one-way calls for the same, as clients differ in which they send. */
export const MESSAGE_CALL = 1
export const MESSAGE_ONEWAY = 4

/** Structs and lists inside each other that are passed over; what is known nests four deep. */
const MOST_DEPTH = 32

const NOTHING = new Uint8Array(0)

export abstract class ThriftCursor {
  bytes: Uint8Array = NOTHING
  /** Covers the same memory as `bytes`. */
  view: DataView = new DataView(NOTHING.buffer)
  at = 0

  /** Id of the field read last; meaningless after STOP. */
  fieldId = 0
  /** Words of the i64 or double read last. */
  low = 0
  high = 0
  /** Where the text or bytes read last stand. */
  textAt = 0
  textLength = 0
  /** Of the list or set whose head was read last. */
  elementType = STOP
  elementCount = 0
  /** Where in the message's structure the cursor stands, for errors; kept by the decoder. */
  place = ''
  /** Which of a list `place` is; -1 when it is none. */
  placeIndex = -1

  /** Starts at the first of these bytes. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
    this.place = ''
    this.placeIndex = -1
  }

  /** Lets go of the bytes, so that a kept decoder keeps no message alive. */
  close(): void {
    this.open(NOTHING)
  }

  /** Throws the DecodeError of something seen at byte `at`. */
  fail(problem: string, at = this.at): never {
    throw new DecodeError(problem, this.placeIndex < 0 ? this.place : `${this.place}[${this.placeIndex}]`, at)
  }

  /** Throws when fewer than `size` bytes are left. */
  protected need(size: number): void {
    if (this.bytes.length - this.at < size) {
      this.fail(`needs ${size} more bytes; ${this.bytes.length - this.at} are left`)
    }
  }

  /** Begins the fields of a struct; what it returns is handed to `leaveStruct` at its end. */
  abstract enterStruct(): number
  abstract leaveStruct(outer: number): void
  /** Reads the head of the next field: its type, or STOP at the end of the struct. Its id is in `fieldId`. */
  abstract nextField(): number
  abstract readBool(): boolean
  /** A bool as an element of a list, which is written differently from a field. */
  protected abstract skipBoolElements(count: number): void
  abstract readI8(): number
  /** Signed. */
  abstract readI16(): number
  /** Signed. */
  abstract readI32(): number
  /** Into `low` and `high`. */
  abstract readI64(): void
  /** Into `low` and `high`, the words of its bits. */
  abstract readDouble(): void
  /** Into `textAt` and `textLength`; moves behind it. Whether it is UTF-8 is not looked at. */
  abstract readText(): void
  /** Into `elementType` and `elementCount`. */
  abstract readListHead(): void
  /** The types of a map's keys and values, and how many pairs there are. */
  protected abstract readMapHead(): { readonly key: number; readonly value: number; readonly count: number }
  /** The least bytes that an element of a type takes. */
  protected abstract leastBytes(type: number): number
  /**
   * Reads the head of a message: its kind (MESSAGE_*) and name. What follows is the struct of its arguments.
   */
  abstract readMessageHead(): { readonly kind: number; readonly name: string }

  /** Throws unless that many elements can be in what is left. Of none, any type will do. */
  protected checkCount(count: number, type: number): void {
    if (count === 0) return
    const least = this.leastBytes(type)
    if (least < 0) this.fail(`a list of elements of type ${type}, which there is not`)
    if (count < 0 || count * least > this.bytes.length - this.at) {
      this.fail(`a list of ${count} elements; ${this.bytes.length - this.at} bytes are left`)
    }
  }

  /** Moves over a field's value of any type. */
  skip(type: number): void {
    this.#skip(type, 0)
  }

  #skip(type: number, depth: number): void {
    if (depth > MOST_DEPTH) this.fail(`nested more than ${MOST_DEPTH} deep`)
    switch (type) {
      case BOOL:
        this.readBool()
        return
      case I8:
        this.readI8()
        return
      case I16:
        this.readI16()
        return
      case I32:
        this.readI32()
        return
      case I64:
        this.readI64()
        return
      case DOUBLE:
        this.readDouble()
        return
      case STRING:
        this.readText()
        return
      case STRUCT: {
        const outer = this.enterStruct()
        for (let field = this.nextField(); field !== STOP; field = this.nextField()) this.#skip(field, depth + 1)
        this.leaveStruct(outer)
        return
      }
      case LIST:
      case SET: {
        this.readListHead()
        const { elementType, elementCount } = this
        if (elementType === BOOL) this.skipBoolElements(elementCount)
        else for (let i = 0; i < elementCount; i++) this.#skip(elementType, depth + 1)
        return
      }
      case MAP: {
        const { key, value, count } = this.readMapHead()
        for (let i = 0; i < count; i++) {
          for (const each of [key, value]) {
            if (each === BOOL) this.skipBoolElements(1)
            else this.#skip(each, depth + 1)
          }
        }
        return
      }
      default:
        this.fail(`a value of type ${type}, which there is not`)
    }
  }
}
