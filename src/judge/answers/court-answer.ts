/** A call of the DataCourt that answers a request: function and arguments as viem takes them. */
export interface CourtAnswer {
  functionName: AnswerName
  args: readonly unknown[]
}

export type AnswerName = 'answerStakes' | 'answerNode' | 'answerLeaf' | 'answerRows' | 'answerChunk' | 'answerSums'
