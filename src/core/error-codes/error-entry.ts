/** What the catalogue says of an error (`../error-codes.ts`). */
export interface ErrorEntry {
  exit: number
  grpc:
    | 'INVALID_ARGUMENT'
    | 'FAILED_PRECONDITION'
    | 'UNAUTHENTICATED'
    | 'PERMISSION_DENIED'
    | 'NOT_FOUND'
    | 'UNAVAILABLE'
    | 'RESOURCE_EXHAUSTED'
    | 'INTERNAL'
    | 'CANCELLED'
    | 'ALREADY_EXISTS'
    | 'DEADLINE_EXCEEDED'
  advice: string
}
